/**
 * Golden images for apps on the legacy frontend system.
 *
 * @packageDocumentation
 */
export * from './api';
export { isVolumesAvailable } from './isVolumesAvailable';
export { EntityVolumesCard, goldenImagesPlugin } from './legacyPlugin';
export type { EntityVolumesCardProps } from './components/EntityVolumesCard';
