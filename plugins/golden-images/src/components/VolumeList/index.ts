export { FreshnessNotices } from './FreshnessNotices';
export { StateAnnouncer } from './StateAnnouncer';
export { VolumeList } from './VolumeList';
