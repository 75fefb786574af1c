/** What `control/` uses of the tracking. */
export { Joiner } from './Joiner';
export type { DerivedRow } from './Projector';
export type { Timing } from './Timing';
export { backoffMs } from './backoff';
export { LONGHORN_NAMESPACE } from './feeds';
export { deadlineMsOf } from './deadline';
export { isOurImage, isOurs } from './documents';
export { annotationOf, labelOf, ownerMetadata, type Joined } from './views';
