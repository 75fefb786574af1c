export { systemClock, type Clock } from './Clock';
export { ClusterDirectory } from './ClusterDirectory';
export { ClusterService } from './ClusterService';
export { ImageService } from './ImageService';
export { NamespaceOwners } from './NamespaceOwners';
export { NamespaceService } from './NamespaceService';
export { VolumeReader } from './VolumeReader';
export { VolumeService } from './VolumeService';
export { WaitService } from './WaitService';
