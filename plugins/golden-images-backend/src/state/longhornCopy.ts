import type { Finding } from './Finding';
import type { LonghornVolumeView } from './types';

/**
 * Attempts after which Longhorn gives a copy up for good. From source, not
 * recorded: longhorn-manager 1.12, volume_controller.go.
 */
export const MOST_COPY_ATTEMPTS = 10;

const DONE = new Set(['copy-completed-awaiting-healthy', 'completed']);
/** Unfinished progress never reads as finished. */
const MOST_PROGRESS_PERCENT = 99;

/** A copy is wanted exactly when the volume has a data source (Longhorn 1.12). */
export function isCopyWanted({ dataSource }: LonghornVolumeView): boolean {
  return /^(vol|snap):\/\//.test(dataSource ?? '');
}

/**
 * Whether the bytes of a Longhorn volume are there and can be used. An empty
 * clone state proves nothing: it is the first moment of a copy, and for ever the
 * state of a volume that is none.
 */
export function findLonghornState(
  volume: LonghornVolumeView,
  source: LonghornVolumeView | 'missing' | undefined,
): Finding {
  const copied = !isCopyWanted(volume) || DONE.has(volume.clone.state);
  if (volume.robustness === 'faulted') {
    return {
      outcome: 'failing',
      reason: 'volume-faulted',
      bound: true,
      copied,
    };
  }
  if (volume.scheduled?.status === 'False') {
    return {
      outcome: 'failing',
      reason: 'unschedulable',
      message: volume.scheduled.message ?? volume.scheduled.reason,
      sinceAt: volume.scheduled.transitionAt,
      bound: true,
      copied,
    };
  }
  // A restore from a backup has no clone state. From source, not recorded.
  if (volume.restoreRequired) return { outcome: 'running', bound: true };
  if (copied) return { outcome: 'done', bound: true, copied: true };
  return findCopyState(volume, source);
}

function findCopyState(
  volume: LonghornVolumeView,
  source: LonghornVolumeView | 'missing' | undefined,
): Finding {
  const { state, attemptCount, nextAllowedAttemptAt } = volume.clone;
  if (source === 'missing' && (state === 'initiated' || state === 'failed')) {
    return {
      outcome: 'failing',
      reason: 'source-gone',
      retries: false,
      attempts: attemptCount || undefined,
      bound: true,
    };
  }
  if (state === 'failed') {
    const final = attemptCount >= MOST_COPY_ATTEMPTS;
    return {
      outcome: final ? 'failed' : 'failing',
      reason: final ? 'copy-attempts-exhausted' : 'copy-failed',
      attempts: Math.max(attemptCount, 1),
      message:
        final || !nextAllowedAttemptAt
          ? undefined
          : `Longhorn tries again at ${nextAllowedAttemptAt}`,
      bound: true,
    };
  }
  const progressPercent = copyProgress(volume, source);
  return {
    outcome: 'running',
    reason: progressPercent === undefined ? 'copy-not-started' : undefined,
    progressPercent,
    bound: true,
  };
}

function copyProgress(
  volume: LonghornVolumeView,
  source: LonghornVolumeView | 'missing' | undefined,
): number | undefined {
  if (source === undefined || source === 'missing') return undefined;
  if (!volume.actualSizeBytes || !source.actualSizeBytes) return undefined;
  return Math.min(
    MOST_PROGRESS_PERCENT,
    (volume.actualSizeBytes / source.actualSizeBytes) * 100,
  );
}
