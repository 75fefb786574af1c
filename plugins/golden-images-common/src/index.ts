/**
 * Types, states, schemas and permissions shared by the golden-images plugins.
 *
 * @packageDocumentation
 */
export * from './drift';
export * from './importUrl';
export * from './keys';
export * from './permissions';
export * from './quantity';
export * from './reasons';
export * from './refusals';
export * from './schemas';
export * from './signals';
export * from './states';
export * from './usage';
export * from './volumeSize';
export * from './words';
