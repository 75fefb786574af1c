export type {
  ActivityEntry,
  ObjectKey,
  RecordedActivity,
  ReleaseRequest,
  ReleaseResult,
  SourceClaimInfo,
  StorageClassInfo,
  Tracking,
} from './Tracking';
