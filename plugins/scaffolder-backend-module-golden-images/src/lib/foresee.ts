import {
  Quantity,
  type Image,
  type ImportRequest,
  type Volume,
} from '@golden-images/plugin-golden-images-common';

/** In a dry run: the volume that a clone of an image would make, which is not there yet. */
export function foreseeVolume(
  image: Image,
  request: {
    namespace: string;
    name: string;
    size?: string;
    entityRef?: string;
    storageClass?: string;
    accessModes?: string[];
  },
): Volume {
  const { namespace, name, entityRef } = request;
  const { requestedBytes, capacityBytes } = image.sizes;
  return {
    kind: 'volume',
    cluster: image.cluster,
    namespace,
    name,
    ours: true,
    state: 'pending',
    reason: 'requested',
    entityRef,
    sizes: {
      requestedBytes:
        Quantity.tryParse(request.size)?.bytes ??
        capacityBytes ??
        requestedBytes,
    },
    storageClass: request.storageClass ?? image.storageClass,
    volumeMode: image.volumeMode,
    accessModes: request.accessModes ?? image.accessModes,
    source: {
      namespace: image.namespace,
      name: image.name,
      image: image.image,
      version: image.version,
      verified: image.verified,
      contentType: image.contentType,
    },
    usedBy: [],
    observedAt: image.observedAt,
  };
}

/** In a dry run: the image that an import of a claim would make, which is not there yet. */
export function foreseeImage(
  source: Image | Volume,
  request: Pick<
    ImportRequest,
    | 'namespace'
    | 'name'
    | 'version'
    | 'size'
    | 'volumeMode'
    | 'title'
    | 'contentType'
  >,
): Image {
  const { name, version, title } = request;
  return {
    kind: 'image',
    cluster: source.cluster,
    namespace: request.namespace ?? source.namespace,
    name: version === undefined ? name : `${name}-${version}`,
    image: name,
    version,
    title,
    ours: true,
    state: 'pending',
    reason: 'requested',
    current: false,
    verified: 'none',
    protection: 'advisory',
    sizes: { requestedBytes: Quantity.tryParse(request.size)?.bytes },
    volumeMode: request.volumeMode,
    contentType: request.contentType,
    accessModes: source.accessModes,
    observedAt: source.observedAt,
  };
}
