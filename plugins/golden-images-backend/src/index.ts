/**
 * Tracks golden images and their clones in Kubernetes clusters and answers for
 * them over HTTP.
 *
 * @packageDocumentation
 */
export {
  createGoldenVolumeConditionalDecision,
  goldenVolumeConditions,
} from './auth';
export { goldenImagesPlugin as default } from './plugin';
