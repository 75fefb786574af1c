export {
  aliasSpec,
  isOurAlias,
  isPinned,
  mayBecomeCurrent,
  usedVersionsOf,
  type AliasMetadata,
} from './alias';
export { aliasManifest } from './aliasManifest';
export { canonicalJson } from './canonicalJson';
export {
  cloneManifest,
  needsDataVolume,
  type CloneSource,
  type CloneTarget,
} from './cloneManifest';
export { describeDifference } from './describeDifference';
export { diskBytesOf } from './diskBytes';
export { gitOpsManifest } from './gitOpsManifest';
export {
  METADATA_ANNOTATIONS,
  METADATA_FIELDS,
  aliasLabels,
  instancetypeLabels,
  metadataAnnotations,
  readImageMetadata,
} from './imageMetadata';
export type { ImageOrigin } from './imageOrigin';
export { importManifest } from './importManifest';
export { imageObjectName, labelValue } from './metadata';
export { cloneIdentity, importIdentity } from './requestIdentity';
export type {
  Claim,
  DataSource,
  DataVolume,
  Provenance,
  RequestIdentity,
} from './types';
