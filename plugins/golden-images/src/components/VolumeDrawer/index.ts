export { VolumeDrawer } from './VolumeDrawer';
