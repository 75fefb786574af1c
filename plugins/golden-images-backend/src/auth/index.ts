export { Authorizer } from './Authorizer';
export { owns, type Caller } from './Caller';
export {
  EntityAccess,
  normalizeEntityRef,
  type EntityFacts,
} from './EntityAccess';
export { namespaceOwner } from './namespaceOwner';
