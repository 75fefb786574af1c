import type { Image } from '@golden-images/plugin-golden-images-common';
import { isMeantByName } from '../imagesMeantByName';

/** What the size of a clone is held against. */
export interface SourceImage {
  title: string;
  /** Of the volume: a clone has at least this. */
  capacityBytes: number;
}

/**
 * The image that is meant by a name; where several clusters have one of that
 * name the largest, which fits for each.
 *
 * @param images - ready ones
 */
export function sourceImageOf(
  name: string,
  images: Image[],
): SourceImage | undefined {
  return images
    .filter(image => image.image === name && isMeantByName(image, images))
    .flatMap(({ title, sizes }) =>
      sizes.capacityBytes === undefined
        ? []
        : [
            {
              title: title ?? name,
              capacityBytes: sizes.capacityBytes,
            },
          ],
    )
    .sort((a, b) => b.capacityBytes - a.capacityBytes)[0];
}
