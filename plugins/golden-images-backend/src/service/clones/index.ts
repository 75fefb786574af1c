export { createTargetOf, type CloneOrder } from './CloneOrder';
export { type CloneDraft } from './CloneWriter';
export { Clones } from './Clones';
