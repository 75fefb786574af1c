/**
 * Form fields of golden images for apps on the new frontend system.
 *
 * @packageDocumentation
 */
export { scaffolderModuleGoldenImages as default } from './module';
