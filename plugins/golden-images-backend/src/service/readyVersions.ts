import type { Image } from '@golden-images/plugin-golden-images-common';
import type { Tracking } from '../tracking';

/** The versions of an image that are ready, as they were last seen; also those that are being retired. */
export async function readyVersions(
  tracking: Tracking,
  key: { cluster: string; namespace: string; image: string },
): Promise<Image[]> {
  const { cluster, namespace, image } = key;
  const rows = await tracking.reader.listImages({ cluster, namespace });
  return rows
    .map(({ object }) => object)
    .filter(object => object.image === image && object.state === 'ready');
}
