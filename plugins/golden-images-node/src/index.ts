/**
 * The golden-images backend as a service for other backend plugins.
 *
 * @packageDocumentation
 */
export { DefaultGoldenImagesService } from './DefaultGoldenImagesService';
export type {
  GoldenImagesCallOptions,
  GoldenImagesObjectKey,
  GoldenImagesService,
} from './GoldenImagesService';
export { goldenImagesServiceRef } from './goldenImagesServiceRef';
export { isUnanswered } from './isUnanswered';
