export { ActivityStore, type ActivityPage } from './ActivityStore';
export type { ClaimChain } from './claimChains';
export { CloneQueueStore } from './CloneQueueStore';
export type {
  CloneRequestRow,
  CloneWidths,
  NewCloneRequest,
} from './cloneRows';
export { DatabaseReader } from './DatabaseReader';
export type {
  GoldenImagesReader,
  NamespaceRow,
  Tracked,
} from './GoldenImagesStore';
export type { EnteredClone } from './enterClones';
export type { LabelRequirement } from './labels';
export {
  LeaseLostError,
  LeaseStore,
  type Fence,
  type LeaseRow,
} from './LeaseStore';
export { migrateDatabase } from './migrateDatabase';
export { asQueuedVolume } from './QueuedVolumes';
export { StatusStore, type TrackerStatus } from './StatusStore';
export { TrackedStore, type TrackedRecord } from './TrackedStore';
export type {
  FeedKey,
  KeptView,
  ViewChange,
  ViewDeletion,
  ViewLinks,
  ViewRecord,
} from './viewRows';
export { ViewStore } from './ViewStore';
