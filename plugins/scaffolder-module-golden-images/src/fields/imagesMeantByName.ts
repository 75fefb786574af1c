import type { Image } from '@golden-images/plugin-golden-images-common';

/**
 * Whether this image is meant by its name alone: it is the current version, or
 * has no versions.
 */
export function isMeantByName(image: Image, all: Image[]): boolean {
  if (image.current) return true;
  const aliasElsewhere = all.some(
    other =>
      other.current &&
      other.image === image.image &&
      other.cluster === image.cluster &&
      other.namespace === image.namespace,
  );
  return image.version === undefined && !aliasElsewhere;
}
