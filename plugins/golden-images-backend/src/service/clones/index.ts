export { createTargetOf, type CloneOrder } from './CloneOrder';
export { manifestOf, type CloneDraft } from './CloneWriter';
export { CloneTurn, type StoredClone } from './CloneTurn';
export { Clones } from './Clones';
