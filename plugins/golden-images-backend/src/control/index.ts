export { CloneTurns, type CarryOut, type TurnOutcome } from './CloneTurns';
export { deleteProtected } from './deleteProtected';
export { findCopies, type Copies, type RunningCopy } from './findCopies';
export { findWriters } from './findWriters';
export { readChain, type Chain } from './readChain';
export { startHousekeeping } from './startHousekeeping';
export { Controller, type ControllerOptions } from './Controller';
export { Releaser, type ReleaseOutcome, type ReleaseTerms } from './Releaser';
export { releaseRefusal } from './releaseRefusal';
