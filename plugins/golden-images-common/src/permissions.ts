import { createPermission } from '@backstage/plugin-permission-common';

/** Resource type of volumes; a resource ref is `cluster/namespace/name`. @public */
export const RESOURCE_TYPE_GOLDEN_VOLUME = 'golden-volume';

/** See images, namespaces and clusters. @public */
export const goldenImagesReadPermission = createPermission({
  name: 'golden-images.read',
  attributes: { action: 'read' },
});

/**
 * See volumes. A policy may decide for each of them by the rule
 * `IS_NAMESPACE_OWNER`; what it denies is left out of lists, and not found.
 *
 * @public
 */
export const goldenImagesVolumeReadPermission = createPermission({
  name: 'golden-images.volume.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_GOLDEN_VOLUME,
});

/** Import a golden image. Ownership of the image namespace is asked for as well. @public */
export const goldenImagesImportPermission = createPermission({
  name: 'golden-images.image.import',
  attributes: { action: 'create' },
});

/** Choose the current version of an image, pin it, and put versions on hold. Ownership of the image namespace is asked for as well. @public */
export const goldenImagesManagePermission = createPermission({
  name: 'golden-images.image.manage',
  attributes: { action: 'update' },
});

/** Retire an image. Ownership of the image namespace is asked for as well. @public */
export const goldenImagesRetirePermission = createPermission({
  name: 'golden-images.image.retire',
  attributes: { action: 'delete' },
});

/** Clone an image into a namespace. Ownership of the namespace is asked for as well. @public */
export const goldenImagesClonePermission = createPermission({
  name: 'golden-images.volume.clone',
  attributes: { action: 'create' },
});

/** Delete a clone, or take back a request for one. Ownership of the namespace is asked for as well. @public */
export const goldenImagesVolumeDeletePermission = createPermission({
  name: 'golden-images.volume.delete',
  attributes: { action: 'delete' },
});

/** Make a clone larger. Ownership of the namespace is asked for as well. @public */
export const goldenImagesVolumeExpandPermission = createPermission({
  name: 'golden-images.volume.expand',
  attributes: { action: 'update' },
});

/** @public */
export const goldenImagesPermissions = [
  goldenImagesReadPermission,
  goldenImagesVolumeReadPermission,
  goldenImagesImportPermission,
  goldenImagesManagePermission,
  goldenImagesRetirePermission,
  goldenImagesClonePermission,
  goldenImagesVolumeDeletePermission,
  goldenImagesVolumeExpandPermission,
];
