/**
 * Tracks golden images and their clones in Kubernetes clusters and answers for
 * them over HTTP.
 *
 * @packageDocumentation
 */
export { goldenImagesPlugin as default } from './plugin';
