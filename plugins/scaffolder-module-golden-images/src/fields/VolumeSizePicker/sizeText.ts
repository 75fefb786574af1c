import {
  bytesInWords,
  Quantity,
} from '@golden-images/plugin-golden-images-common';
import type { SourceImage } from './sourceImage';

const GIB = 2 ** 30;

/** What the field emits for what was typed: a plain number counts GiB. */
export function emitted(typed: string): string | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  return /^\d+(\.\d+)?$/.test(text) ? `${text}Gi` : text;
}

/** What the input shows for what was emitted, without the unit where it is GiB. */
export function shown(size: string | undefined): string {
  return /^\d+(\.\d+)?Gi$/.test(size ?? '') ? size!.slice(0, -2) : size ?? '';
}

/** The size of the image itself, as the field emits it. */
export function sizeOf({ capacityBytes }: SourceImage): string {
  return capacityBytes % GIB === 0
    ? `${capacityBytes / GIB}Gi`
    : Quantity.ofBytes(capacityBytes).toString();
}

/** Why a size cannot be asked for, and what can. */
export function sizeRefusal(
  size: string,
  image: SourceImage | undefined,
): string | undefined {
  const quantity = Quantity.tryParse(size);
  if (quantity === undefined || quantity.bytes === 0) {
    return `"${size}" is not a size. Write a number of GiB, such as 20.`;
  }
  if (image && quantity.compare(Quantity.ofBytes(image.capacityBytes)) < 0) {
    return `${bytesInWords(
      quantity.bytes,
    )} is less than the image has. Ask for ${
      shown(sizeOf(image)) + (sizeOf(image).endsWith('Gi') ? ' GiB' : '')
    } or more.`;
  }
  return undefined;
}

/** What a size means for what is inside, next to the image. */
export function sizeInWords(
  size: string | undefined,
  image: SourceImage | undefined,
): string | undefined {
  if (!image) return undefined;
  const own = bytesInWords(image.capacityBytes);
  const quantity = Quantity.tryParse(size);
  const larger =
    quantity && quantity.compare(Quantity.ofBytes(image.capacityBytes)) > 0;
  if (!larger) return `${image.title} has ${own}; the volume may be larger.`;
  return `${image.title} has ${own}. What is inside stays as large as it is, until somebody grows it from within.`;
}
