export * from './GoldenImagesApi';
export { GoldenImagesClient } from './GoldenImagesClient';
export { messageOf, refusalOf } from './errors';
