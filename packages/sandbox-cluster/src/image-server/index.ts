export { DEMO_IMAGES, makeDemoImages, SMALL_DEMO_IMAGES } from './demoImages';
export {
  startImageServer,
  type ImageServer,
  type ImageServerOptions,
} from './startImageServer';
