/**
 * Template actions for golden images.
 *
 * @packageDocumentation
 */
export { scaffolderModuleGoldenImages as default } from './module';
