import type { ReasonCode } from '@golden-images/plugin-golden-images-common';
import { isImported } from './classify';
import { classifyCloneError, classifyImportError } from './classifyMessage';
import type { Finding } from './Finding';
import { findAttempt, parseProgress } from './findAttempt';
import { findBlock } from './findBlock';
import { findBytes } from './findBytes';
import type { Lasting } from './lasting';
import type { DataVolumeView, DeriveInput, Memory } from './types';

const NO_STATUS_MS = 30_000;
const MOST_PROGRESS_PERCENT = 99;

const OVER_ONCE_TRIED: ReadonlySet<ReasonCode | undefined> = new Set([
  'source-in-use',
  'source-not-ready',
]);

interface Found {
  finding: Finding;
  lastError?: Memory['lastError'];
}

/** The state of a DataVolume and its claim. */
export function findDataVolumeState(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  memory: Memory,
  lasting: Lasting,
): Found {
  const { claim } = input;
  const { phase } = dataVolume;
  if (claim?.phase === 'Lost')
    return { finding: { outcome: 'lost', reason: 'volume-gone' } };
  if (phase === 'Failed') return { finding: findFailure(input, dataVolume) };
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
  const lastError = findAttempt(input, dataVolume, memory);
  if (blocked && blocked.outcome !== 'pending') {
    // Events of a wait that is over stay; an error after it is news.
    const isOver = lastError && OVER_ONCE_TRIED.has(blocked.reason);
    if (!isOver) return { finding: blocked, lastError };
  }
  if (lastError) {
    const { reason, message, attempts } = lastError;
    return {
      lastError,
      finding: {
        outcome: 'failing',
        reason,
        message,
        attempts: attempts > 0 ? attempts : undefined,
        sinceAt: lastError.at,
      },
    };
  }
  const progress = findProgress(input, dataVolume, lasting);
  return {
    finding: blocked?.dueAtMs
      ? { ...progress, dueAtMs: blocked.dueAtMs }
      : progress,
  };
}

function findFailure(
  input: DeriveInput,
  { conditions: { bound, running } }: DataVolumeView,
): Finding {
  if (bound?.reason === 'ClaimLost')
    return { outcome: 'lost', reason: 'volume-gone' };
  const message = running?.message || bound?.message;
  const classified = isImported(input)
    ? classifyImportError(message ?? '', running?.reason)
    : classifyCloneError(message ?? '', running?.reason);
  return {
    outcome: 'failed',
    reason: running?.reason === 'ChecksumError' ? 'checksum' : classified,
    message,
    retries: false,
  };
}

const NOT_STARTED: ReadonlySet<string | undefined> = new Set([
  'Pending',
  'PVCBound',
  'UploadScheduled',
  'WaitForFirstConsumer',
  undefined,
]);

/** CDI makes a claim, and Longhorn copies once that is bound (CDI 1.66; snapshots from source, not recorded). */
const BEFORE_THE_COPY: ReadonlySet<string | undefined> = new Set([
  'CloneScheduled',
  'CSICloneInProgress',
  'SnapshotForSmartCloneInProgress',
  'CloneFromSnapshotSourceInProgress',
]);

function findProgress(
  { claim }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding {
  const { phase, conditions } = dataVolume;
  if (phase === 'Unknown') {
    return {
      outcome: 'unknown',
      reason: 'unknown',
      message: conditions.ready?.message,
    };
  }
  if (NOT_STARTED.has(phase)) {
    if (phase !== undefined || claim || conditions.bound)
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
  if (BEFORE_THE_COPY.has(phase))
    return { outcome: 'running', reason: 'copy-not-started' };
  const progress = parseProgress(dataVolume.progress);
  // A clone's phase keeps the progress of the run before it (recorded).
  const known =
    progress !== undefined && (progress < 100 || isImported({ dataVolume }));
  return {
    outcome: 'running',
    progressPercent: known
      ? Math.min(progress, MOST_PROGRESS_PERCENT)
      : undefined,
  };
}
