export { DEMO_IMAGES } from './demoImages';
export { startImageServer, type ImageServer } from './startImageServer';
