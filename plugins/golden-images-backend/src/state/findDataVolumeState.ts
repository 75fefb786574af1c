import type { ReasonCode } from '@golden-images/plugin-golden-images-common';
import { isImported } from './classify';
import type { Finding } from './Finding';
import { findAttempt, parseProgress } from './findAttempt';
import { findBytes } from './findBytes';
import { findProvisioning, newestEvent } from './findClaimState';
import type { Lasting } from './lasting';
import type { DataVolumeView, DeriveInput, Memory } from './types';

const QUOTA_MS = 10_000;
const REFUSED_MS = 10_000;
const HARMLESS_MS = 60_000;
const NO_STATUS_MS = 30_000;
const MOST_PROGRESS_PERCENT = 99;

/** Warnings of a healthy run: they count only when they stay (recorded with CDI 1.66). */
const HARMLESS: Record<string, ReasonCode> = {
  Unschedulable: 'scheduling',
  ContainerCreating: 'secret-missing',
  'Scratch space required': 'scratch-space',
  ErrStartingPod: 'import-error',
};

/** The state of a DataVolume and its claim. */
export function findDataVolumeState(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  memory: Memory,
  lasting: Lasting,
): { finding: Finding; lastError?: Memory['lastError'] } {
  const { claim } = input;
  const { phase } = dataVolume;
  if (claim?.phase === 'Lost')
    return { finding: { outcome: 'lost', reason: 'volume-gone' } };
  if (phase === 'Failed') return { finding: findFailure(dataVolume) };
  if (phase === 'Succeeded') {
    // CDI says Succeeded before the claim is bound, and for seconds over a claim that it makes anew.
    return {
      finding:
        claim?.phase === 'Bound'
          ? findBytes(input, claim, lasting)
          : { outcome: 'running', progressPercent: MOST_PROGRESS_PERCENT },
    };
  }
  const blocked = findBlock(input, dataVolume, lasting);
  if (blocked && blocked.outcome !== 'pending') return { finding: blocked };
  const lastError = findAttempt(input, dataVolume, memory);
  if (lastError) {
    return {
      lastError,
      finding: {
        outcome: 'failing',
        reason: lastError.reason,
        message: lastError.message,
        attempts: lastError.attempts,
        sinceAt: lastError.at,
      },
    };
  }
  return {
    finding: { ...findProgress(input, dataVolume, lasting), ...dueOf(blocked) },
  };
}

const dueOf = (finding: Finding | undefined) =>
  finding?.dueAtMs ? { dueAtMs: finding.dueAtMs } : {};

function findFailure({ conditions }: DataVolumeView): Finding {
  const { bound, running } = conditions;
  if (bound?.reason === 'ClaimLost')
    return { outcome: 'lost', reason: 'volume-gone' };
  return {
    outcome: 'failed',
    reason: running?.reason === 'ChecksumError' ? 'checksum' : 'import-error',
    message: running?.message ?? bound?.message,
    retries: false,
  };
}

/**
 * What keeps the work from starting or going on. An outcome `pending` says only
 * when to look again: what is harmless now may count then.
 */
function findBlock(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { bound, running } = dataVolume.conditions;
  if (
    dataVolume.phase === 'PendingPopulation' ||
    dataVolume.phase === 'WaitForFirstConsumer'
  ) {
    return { outcome: 'waiting', reason: 'first-consumer' };
  }
  if (bound?.reason === 'CloneValidationFailed') {
    return {
      outcome: 'failing',
      reason: 'size-differs',
      message: bound.message,
      sinceAt: bound.transitionAt,
    };
  }
  if (bound?.reason === 'CloneWithoutSource') {
    return {
      outcome: 'waiting',
      reason: 'source-missing',
      message: bound.message,
    };
  }
  if (bound?.reason === 'ErrClaimNotValid') {
    const reason = /storageClass/i.test(bound.message ?? '')
      ? 'storage-class-missing'
      : 'claim-refused';
    return {
      outcome: 'failing',
      reason,
      message: bound.message,
      sinceAt: bound.transitionAt,
    };
  }
  const inUse = findSourceInUse(input, dataVolume);
  if (inUse) return inUse;
  if (running?.status === 'True') return undefined;
  return (
    findQuota(input, dataVolume, lasting) ??
    findRefusedClaim(input, dataVolume, lasting) ??
    findPendingClaim(input) ??
    findHarmless(dataVolume, lasting)
  );
}

function findQuota(
  { events, claim }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { bound, running } = dataVolume.conditions;
  // An old text stays in Bound while the work goes on again (recorded).
  const stuck =
    !running?.reason ||
    ['Scratch space required', 'ErrExceededQuota', 'ErrStartingPod'].includes(
      running.reason,
    );
  if (!stuck) return undefined;
  const event = newestEvent(
    events,
    ({ involvedUid, reason, message }) =>
      [dataVolume.metadata.uid, claim?.metadata.uid].includes(involvedUid) &&
      /exceeded quota/i.test(message) &&
      [
        'ErrExceededQuota',
        'ErrCreatingPVCPrime',
        'ErrStartingPod',
        'Pending',
      ].includes(reason),
  );
  const started =
    dataVolume.phase === 'ImportScheduled' ||
    dataVolume.phase === 'ImportInProgress';
  const text = [bound?.message, running?.message].find(message =>
    /exceeded quota/i.test(message ?? ''),
  );
  // One refusal at the start can be a false alarm, which its successor hides (recorded).
  const message = text ?? (started ? undefined : event?.message);
  if (!message) return undefined;
  const { counts, dueAtMs } = lasting.note('quota', QUOTA_MS, event?.firstAt);
  return counts
    ? {
        outcome: 'failing',
        reason: 'quota',
        message,
        sinceAt: event?.firstAt,
        attempts: event?.count,
      }
    : { outcome: 'pending', dueAtMs };
}

/** A claim that a LimitRange or a policy refuses to CDI leaves no trace but its absence (recorded). */
function findRefusedClaim(
  { claim }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { bound } = dataVolume.conditions;
  if (claim || bound?.reason !== 'NotFound') return undefined;
  const { counts, dueAtMs } = lasting.note(
    'no-claim',
    REFUSED_MS,
    bound.transitionAt,
  );
  return counts
    ? {
        outcome: 'failing',
        reason: 'claim-refused',
        message: bound.message,
        sinceAt: bound.transitionAt,
      }
    : { outcome: 'pending', dueAtMs };
}

function findPendingClaim({ events, claim }: DeriveInput): Finding | undefined {
  if (!claim || claim.phase === 'Bound') return undefined;
  const provisioning = findProvisioning(events, claim.metadata.uid);
  // The provisioner of a populator's claim says only that it leaves it alone.
  return provisioning && provisioning.reason !== 'provisioning'
    ? provisioning
    : undefined;
}

/** A copy waits for whoever uses its source; CDI's populator counts as running meanwhile. */
function findSourceInUse(
  { events, claim }: DeriveInput,
  dataVolume: DataVolumeView,
): Finding | undefined {
  const inUse = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      [dataVolume.metadata.uid, claim?.metadata.uid].includes(involvedUid) &&
      reason === 'CloneSourceInUse',
  );
  // CDI says nothing when it goes on, but then the phase or the progress moves.
  const blocked = ['Pending', 'CloneScheduled', 'CloneInProgress'].includes(
    dataVolume.phase ?? '',
  );
  if (inUse && blocked && !parseProgress(dataVolume.progress)) {
    return {
      outcome: 'waiting',
      reason: 'source-in-use',
      message: inUse.message,
    };
  }
  return undefined;
}

function findHarmless(
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { running } = dataVolume.conditions;
  const reason = HARMLESS[running?.reason ?? ''];
  if (!reason) return undefined;
  const { counts, dueAtMs } = lasting.note(reason, HARMLESS_MS);
  return counts
    ? {
        outcome: 'failing',
        reason,
        message: running?.message,
        sinceAt: running?.transitionAt,
      }
    : { outcome: 'pending', dueAtMs };
}

const NOT_STARTED = new Set(['Pending', 'PVCBound', undefined]);

function findProgress(
  { claim }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding {
  const { phase, conditions } = dataVolume;
  if (phase === 'Unknown')
    return {
      outcome: 'unknown',
      reason: 'unknown',
      message: conditions.ready?.message,
    };
  if (phase === 'UploadReady' || phase === 'Paused')
    return { outcome: 'waiting', reason: 'requested' };
  if (NOT_STARTED.has(phase)) {
    if (claim || conditions.bound)
      return { outcome: 'pending', reason: 'requested' };
    const { counts, dueAtMs } = lasting.note(
      'no-status',
      NO_STATUS_MS,
      dataVolume.metadata.createdAt,
    );
    return counts
      ? { outcome: 'pending', reason: 'no-status' }
      : { outcome: 'pending', reason: 'requested', dueAtMs };
  }
  const progress = parseProgress(dataVolume.progress);
  return {
    outcome: 'running',
    // A clone's phase keeps the progress of the run before it (recorded).
    progressPercent:
      progress === undefined || (progress >= 100 && !isImported({ dataVolume }))
        ? undefined
        : Math.min(progress, MOST_PROGRESS_PERCENT),
  };
}
