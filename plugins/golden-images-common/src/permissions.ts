import { createPermission } from '@backstage/plugin-permission-common';

/** See images, volumes and clusters. @public */
export const goldenImagesReadPermission = createPermission({
  name: 'golden-images.read',
  attributes: { action: 'read' },
});

/** Import a golden image. Ownership of the image namespace is asked for as well. @public */
export const goldenImagesImportPermission = createPermission({
  name: 'golden-images.image.import',
  attributes: { action: 'create' },
});

/** Clone an image into a namespace. Ownership of the namespace is asked for as well. @public */
export const goldenImagesClonePermission = createPermission({
  name: 'golden-images.volume.clone',
  attributes: { action: 'create' },
});

/** @public */
export const goldenImagesPermissions = [
  goldenImagesReadPermission,
  goldenImagesImportPermission,
  goldenImagesClonePermission,
];
