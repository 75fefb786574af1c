import {
  bytesInWords,
  deprecatedInWords,
  type Image,
} from '@golden-images/plugin-golden-images-common';
import { isMeantByName } from '../imagesMeantByName';
import type { FieldOption } from '../OptionField';

/**
 * The images that can be asked for by their name alone: those with a current
 * version, and those without versions. Deprecated ones come last.
 *
 * @param images - ready ones, in any order
 */
export function imageOptions(images: Image[]): FieldOption[] {
  const byName = new Map<string, Image[]>();
  for (const image of images) {
    if (!isMeantByName(image, images)) continue;
    byName.set(image.image, [...(byName.get(image.image) ?? []), image]);
  }
  const manyClusters = new Set(images.map(image => image.cluster)).size > 1;
  return Array.from(byName)
    .sort(
      ([nameA, [a]], [nameB, [b]]) =>
        Number(Boolean(a.deprecated)) - Number(Boolean(b.deprecated)) ||
        (a.title ?? nameA).localeCompare(b.title ?? nameB),
    )
    .map(([value, all]) => ({
      value,
      title: all[0].title ?? value,
      details: [
        ...describe(all[0]),
        ...(manyClusters
          ? [`in ${all.map(image => image.cluster).join(', ')}`]
          : []),
      ],
    }));
}

function describe(image: Image): string[] {
  const { version, os, architecture, sizes, verified } = image;
  const sizeBytes = sizes.capacityBytes ?? sizes.requestedBytes;
  return [
    version === undefined ? 'no versions' : `version ${version}`,
    [os, architecture].filter(Boolean).join(' '),
    sizeBytes === undefined ? '' : bytesInWords(sizeBytes),
    image.deprecated ? deprecatedInWords(image.deprecated) : '',
    verified === 'none' ? 'bytes not verified' : `verified by ${verified}`,
  ].filter(Boolean);
}
