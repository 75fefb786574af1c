/** What `control/` uses of the tracking. */
export { Joiner } from './Joiner';
export type { DerivedRow } from './Projector';
export type { Timing } from './Timing';
export { backoffMs } from './backoff';
export type { ImageProtection, ProtectionLevels } from './ProtectionLevels';
export { LONGHORN_NAMESPACE } from './feeds';
export { deadlineMsOf } from './deadline';
export { imageNameOf, isOurImage, isOurs, verifiedOf } from './documents';
export { findDrifts, notedDrifts } from './imageDrift';
export { retirementOf } from './imageMarks';
export { annotationOf, labelOf, ownerMetadata, type Joined } from './views';
