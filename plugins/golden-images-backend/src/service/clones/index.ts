export { asRefusal } from './asRefusal';
export { requireDistinct } from './requireDistinct';
export { CloneIntake, type Acceptable, type Prepared } from './CloneIntake';
export { createTargetOf, type CloneOrder } from './CloneOrder';
export { manifestOf, type CloneDraft } from './CloneWriter';
export { CloneTurn, type StoredClone } from './CloneTurn';
export { Clones } from './Clones';
