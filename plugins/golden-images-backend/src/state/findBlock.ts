import type { ReasonCode } from '@golden-images/plugin-golden-images-common';
import { isImported } from './classify';
import { classifyCloneValidation, isLostRace } from './classifyMessage';
import type { Finding } from './Finding';
import { parseProgress } from './findAttempt';
import { findProvisioning, findProvisioningError } from './findClaimState';
import { findRefusal } from './findRefusal';
import type { Lasting } from './lasting';
import { newestEvent } from './newestEvent';
import { POPULATOR_RUNS, reasonsOf } from './transferPods';
import type { DataVolumeView, DeriveInput } from './types';

const HARMLESS_MS = 60_000;

/** Reasons of condition `Running` in a healthy run: they count only when they stay (recorded with CDI 1.66). */
const HARMLESS: Partial<Record<string, ReasonCode>> = {
  Unschedulable: 'scheduling',
  ContainerCreating: 'pod-not-starting',
  'Scratch space required': 'scratch-space',
  ErrStartingPod: 'pod-not-starting',
  // From source, not recorded: an init container, as VDDK has one, is pulled or runs.
  PodInitializing: 'pod-not-starting',
};

/** What somebody else or time brings, by phase. */
const WAITING_PHASES: Record<string, ReasonCode> = {
  PendingPopulation: 'first-consumer',
  WaitForFirstConsumer: 'first-consumer',
  UploadReady: 'upload',
  Paused: 'next-checkpoint',
};

const CLONE_PHASES_BEFORE_BYTES = new Set([
  'Pending',
  'CloneScheduled',
  'CloneInProgress',
]);

/** CDI waits in these for the source, too, before it makes its temporary claim (CDI 1.66, csi-clone.go). */
const SMART_CLONE_PHASES = new Set([
  'CSICloneInProgress',
  'SnapshotForSmartCloneInProgress',
]);

/**
 * What keeps the work of CDI from starting or going on. An outcome `pending`
 * says only when to look again: what is harmless now may count then.
 */
export function findBlock(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const hard =
    findByPhase(input, dataVolume) ??
    findByBoundReason(dataVolume) ??
    findTakenName(input, dataVolume);
  if (hard) return hard;
  const { running } = dataVolume.conditions;
  const stands = running?.status !== 'True';
  // Of a clone nothing else runs until its temporary claim is provisioned.
  const waits = stands || running.reason === POPULATOR_RUNS;
  const refused =
    (stands ? findRefusal(input, dataVolume, lasting) : undefined) ??
    (waits ? findUnprovisioned(input) : undefined);
  if (refused && refused.outcome !== 'pending') return refused;
  const source =
    findSourceInUse(input, dataVolume) ??
    findSourceNotReady(input, dataVolume) ??
    findMissingSnapshot(input, dataVolume);
  if (source) return { ...source, dueAtMs: refused?.dueAtMs };
  if (refused || !stands) return refused;
  return findPendingClaim(input, lasting) ?? findHarmless(dataVolume, lasting);
}

function findByPhase(
  { claim }: DeriveInput,
  { phase = '' }: DataVolumeView,
): Finding | undefined {
  // CDI says it until the claim is bound, also when the consumer has come. From
  // source, not recorded: CDI 1.66, shouldBeMarkedWaitForFirstConsumer.
  if (phase === 'WaitForFirstConsumer' && claim?.nodeSelected) return undefined;
  const reason = WAITING_PHASES[phase];
  return reason && { outcome: 'waiting', reason };
}

function findByBoundReason({
  conditions: { bound },
}: DataVolumeView): Finding | undefined {
  const { message = '', transitionAt: sinceAt } = bound ?? {};
  switch (bound?.reason) {
    case 'CloneValidationFailed':
      return {
        outcome: 'failing',
        reason: classifyCloneValidation(message),
        message,
        sinceAt,
      };
    case 'CloneWithoutSource':
      return { outcome: 'waiting', reason: 'source-missing', message };
    case 'ErrClaimNotValid':
      return {
        outcome: 'failing',
        reason: /storageClass/i.test(message)
          ? 'storage-class-missing'
          : 'claim-refused',
        message,
        sinceAt,
      };
    default:
      return undefined;
  }
}

/** From source, not recorded: CDI 1.66, Event `ErrResourceExists`. */
function findTakenName(
  { claim, formerClaim, events }: DeriveInput,
  { metadata }: DataVolumeView,
): Finding | undefined {
  const taken = formerClaim ?? claim;
  if (!taken || taken.metadata.controller?.uid === metadata.uid)
    return undefined;
  const refused = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === metadata.uid && reason === 'ErrResourceExists',
  );
  return (
    refused && {
      outcome: 'failing',
      reason: 'name-taken',
      message: refused.message,
      sinceAt: refused.firstAt,
    }
  );
}

/** Nothing of the source is read yet. Events of the temporary claim are copied to the target (recorded). */
function isBeforeBytes(
  { events, claim }: DeriveInput,
  { phase = '', progress }: DataVolumeView,
): boolean {
  if (parseProgress(progress) !== undefined) return false;
  if (CLONE_PHASES_BEFORE_BYTES.has(phase)) return true;
  return (
    SMART_CLONE_PHASES.has(phase) &&
    !events.some(
      ({ involvedUid, message }) =>
        involvedUid === claim?.metadata.uid && message.startsWith('[tmp-pvc-'),
    )
  );
}

/**
 * A copy waits for whoever uses its source; CDI's populator counts as running
 * meanwhile, and says nothing when it goes on, but then there is a progress.
 * Before there is a claim CDI measures the source, and Events are the
 * DataVolume's; then they are the claim's (recorded with CDI 1.66).
 */
function findSourceInUse(
  input: DeriveInput,
  dataVolume: DataVolumeView,
): Finding | undefined {
  if (!isBeforeBytes(input, dataVolume)) return undefined;
  const { events, claim } = input;
  const { uid } = (claim ?? dataVolume).metadata;
  const inUse = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === uid && reason === 'CloneSourceInUse',
  );
  return (
    inUse && {
      outcome: 'waiting',
      reason: 'source-in-use',
      message: inUse.message,
    }
  );
}

/**
 * That a claim to copy is not there is a condition; of a snapshot only an Event
 * of the target claim tells. From source, not recorded: CDI 1.66, planner.go.
 */
function findMissingSnapshot(
  { events, claim }: DeriveInput,
  { sourceType, phase }: DataVolumeView,
): Finding | undefined {
  const waits = phase === 'Pending' || phase === 'CloneScheduled';
  if (sourceType !== 'snapshot' || !waits || !claim) return undefined;
  const { uid } = claim.metadata;
  const missing = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === uid && reason === 'CloneWithoutSource',
  );
  return (
    missing && {
      outcome: 'waiting',
      reason: 'source-missing',
      message: missing.message,
    }
  );
}

const UNFINISHED: ReadonlySet<string | undefined> = new Set([
  'pending',
  'waiting',
  'importing',
  'copying',
  'failing',
  'failed',
]);

/** CDI prepares a clone of a source that is still being filled, and waits without a word (recorded). */
function findSourceNotReady(
  input: DeriveInput,
  dataVolume: DataVolumeView,
): Finding | undefined {
  const blocked =
    !isImported(input) &&
    UNFINISHED.has(input.sourceState) &&
    isBeforeBytes(input, dataVolume);
  return blocked
    ? { outcome: 'waiting', reason: 'source-not-ready' }
    : undefined;
}

function findUnprovisioned({
  events,
  claim,
}: DeriveInput): Finding | undefined {
  if (!claim || claim.phase === 'Bound') return undefined;
  return findProvisioningError(events, claim.metadata.uid);
}

function findPendingClaim(
  { events, claim }: DeriveInput,
  lasting: Lasting,
): Finding | undefined {
  if (!claim || claim.phase === 'Bound') return undefined;
  return findProvisioning(events, claim.metadata.uid, lasting);
}

function findHarmless(
  { conditions: { running } }: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const reason = isLostRace(running?.message ?? '')
    ? 'clone-error'
    : reasonsOf(running)
        .map(one => HARMLESS[one])
        .find(one => one !== undefined);
  if (!reason) return undefined;
  const { counts, dueAtMs, countsSince } = lasting.note(
    reason,
    HARMLESS_MS,
    running?.transitionAt,
  );
  return counts
    ? {
        outcome: 'failing',
        reason,
        message: running?.message,
        sinceAt: running?.transitionAt,
        countsSince,
      }
    : { outcome: 'pending', dueAtMs };
}
