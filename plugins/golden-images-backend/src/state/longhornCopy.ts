import type { Finding } from './Finding';
import { newestEvent } from './newestEvent';
import type { EventView, LonghornVolumeView } from './types';

/**
 * Attempts after which Longhorn gives a copy up for good. From source, not
 * recorded: longhorn-manager 1.12, volume_controller.go.
 */
export const MOST_COPY_ATTEMPTS = 10;

const DONE = new Set(['copy-completed-awaiting-healthy', 'completed']);
/** Unfinished progress never reads as finished. */
const MOST_PROGRESS_PERCENT = 99;

/** From source, not recorded: longhorn-manager 1.12, Event `VolumeCloneFailed`. */
const SOURCE_GONE = /cannot find the source volume/;

type Source = LonghornVolumeView | 'missing' | undefined;

/** A copy is wanted exactly when the volume has a data source (Longhorn 1.12). */
export function isCopyWanted({ dataSource }: LonghornVolumeView): boolean {
  return /^(vol|snap):\/\//.test(dataSource ?? '');
}

/** Longhorn still reads from the source of this volume, or will try to again. */
export function isCopyRunning(volume: LonghornVolumeView): boolean {
  const { state, attemptCount } = volume.clone;
  if (!isCopyWanted(volume) || DONE.has(state)) return false;
  return !(state === 'failed' && attemptCount >= MOST_COPY_ATTEMPTS);
}

/**
 * Whether the bytes of a Longhorn volume are there and can be used. An empty
 * clone state proves nothing: it is the first moment of a copy, and for ever the
 * state of a volume that is none.
 *
 * @param events - among them those of the volume, where they can be read
 */
export function findLonghornState(
  volume: LonghornVolumeView,
  source: Source,
  events: EventView[],
): Finding {
  const restoring = volume.restoreRequired || volume.restorePending === true;
  const copied =
    !restoring && (!isCopyWanted(volume) || DONE.has(volume.clone.state));
  if (volume.robustness === 'faulted') {
    return { outcome: 'failing', reason: 'volume-faulted', copied };
  }
  if (volume.scheduled?.status === 'False') {
    return {
      outcome: 'failing',
      reason: 'unschedulable',
      message: volume.scheduled.message ?? volume.scheduled.reason,
      sinceAt: volume.scheduled.transitionAt,
      copied,
    };
  }
  // A restore from a backup has no clone state. From source, not recorded:
  // longhorn-manager 1.12, checkAndInitVolumeRestore.
  if (restoring) return { outcome: 'running', reason: 'restoring' };
  if (copied) return { outcome: 'done', copied };
  return findCopyState(volume, source, events);
}

function findCopyState(
  volume: LonghornVolumeView,
  source: Source,
  events: EventView[],
): Finding {
  const { state, attemptCount } = volume.clone;
  const failure = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === volume.metadata.uid && reason === 'VolumeCloneFailed',
  );
  const message = failure?.message;
  // Some count an attempt when it begins, others when it has failed (both recorded).
  const ended =
    state === 'failed' || failure
      ? Math.max(attemptCount - (state === 'failed' ? 0 : 1), 1)
      : attemptCount - 1;
  // Where the source cannot be seen from here, Longhorn says it.
  const saidGone =
    source === undefined &&
    state === 'failed' &&
    SOURCE_GONE.test(message ?? '');
  if (source === 'missing' || saidGone) {
    return {
      outcome: 'failing',
      reason: 'source-gone',
      message,
      retries: false,
      attempts: ended > 0 ? ended : undefined,
    };
  }
  if (state === 'failed' && attemptCount >= MOST_COPY_ATTEMPTS) {
    return {
      outcome: 'failed',
      reason: 'copy-attempts-exhausted',
      message,
      attempts: ended,
    };
  }
  // The next attempt is not a recovery before bytes move.
  if (state === 'failed' || (ended > 0 && !volume.actualSizeBytes)) {
    return {
      outcome: 'failing',
      reason: 'copy-failed',
      attempts: ended,
      message: message ?? nextAttempt(volume),
    };
  }
  const progressPercent = copyProgress(volume, source);
  return {
    outcome: 'running',
    reason: progressPercent === undefined ? 'copy-not-started' : undefined,
    progressPercent,
  };
}

function nextAttempt({ clone }: LonghornVolumeView): string | undefined {
  return clone.state === 'failed' && clone.nextAllowedAttemptAt
    ? `Longhorn tries again at ${clone.nextAllowedAttemptAt}`
    : undefined;
}

function copyProgress(
  volume: LonghornVolumeView,
  source: Source,
): number | undefined {
  if (source === undefined || source === 'missing') return undefined;
  if (!volume.actualSizeBytes || !source.actualSizeBytes) return undefined;
  return Math.min(
    MOST_PROGRESS_PERCENT,
    (volume.actualSizeBytes / source.actualSizeBytes) * 100,
  );
}
