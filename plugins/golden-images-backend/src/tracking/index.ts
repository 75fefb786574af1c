export { createTracking } from './createTracking';
export type { CloneQueue, Entered, NewEntry } from './CloneQueue';
export type { TrackingOptions } from './DefaultTracking';
export { systemTiming, type Timing } from './Timing';
export type {
  ActivityEntry,
  FollowedCluster,
  ObjectKey,
  ReleaseRequest,
  ReleaseResult,
  SourceClaimInfo,
  StorageClassInfo,
  Tracking,
} from './Tracking';
