export { Authorizer, type VolumeAudience } from './Authorizer';
export { owns, type Caller, type Person, type Requester } from './Caller';
export { CurrentMembership } from './CurrentMembership';
export {
  EntityAccess,
  normalizeEntityRef,
  type EntityFacts,
} from './EntityAccess';
export { namespaceOwner } from './namespaceOwner';
export {
  createGoldenVolumeConditionalDecision,
  goldenVolumeConditions,
  goldenVolumeResourceRef,
  goldenVolumeRules,
  type GoldenVolume,
} from './volumeRules';
