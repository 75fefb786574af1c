/**
 * Golden images for apps on the new frontend system.
 *
 * @packageDocumentation
 */
export * from './api';
export { isVolumesAvailable } from './isVolumesAvailable';
export { goldenImagesPlugin as default } from './plugin';
