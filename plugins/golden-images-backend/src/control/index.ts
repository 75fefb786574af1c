export { deleteProtected } from './deleteProtected';
export { Controller, type ControllerOptions } from './Controller';
export { Releaser, type ReleaseOutcome, type ReleaseTerms } from './Releaser';
export { releaseRefusal } from './releaseRefusal';
