export { classify, isImported } from './classify';
export { derive } from './derive';
export { isCopyRunning, isCopyWanted } from './longhornCopy';
export { LONGEST_MESSAGE, redactMessage, redactUrl } from './redact';
export type * from './types';
export {
  claimView,
  dataVolumeView,
  eventView,
  isHelper,
  longhornVolumeView,
  metadataView,
  persistentVolumeView,
  type RawObject,
} from './views';
