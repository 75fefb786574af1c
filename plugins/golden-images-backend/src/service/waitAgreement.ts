import type { Clock } from './Clock';

const DEFAULT_IMPORT_TIMEOUT_SECONDS = 3600;
/** A step that waits gives up before `control/` does, and says why. */
const GRACE_SECONDS = 60;

/** What was agreed about an object that is never ready. */
export interface WaitAgreement {
  onTimeout: 'delete' | 'keep';
  /** ISO 8601; absent where it is kept. */
  deadline?: string;
}

/** CDI tries a failed import for ever, so imports end by default. */
export function importAgreement(
  request: { timeoutSeconds?: number; onTimeout?: 'delete' | 'keep' },
  clock: Clock,
): WaitAgreement {
  return agreement(
    request.onTimeout ?? 'delete',
    request.timeoutSeconds ?? DEFAULT_IMPORT_TIMEOUT_SECONDS,
    clock,
  );
}

/**
 * A clone may wait long for its consumer or its image, and may be in use before
 * anybody looks: it is deleted only where that was asked for, after a time that
 * was named.
 */
export function cloneAgreement(
  request: { timeoutSeconds?: number; onTimeout?: 'delete' | 'keep' },
  clock: Clock,
): WaitAgreement {
  return agreement(request.onTimeout ?? 'keep', request.timeoutSeconds, clock);
}

function agreement(
  onTimeout: 'delete' | 'keep',
  timeoutSeconds: number | undefined,
  clock: Clock,
): WaitAgreement {
  if (onTimeout === 'keep' || timeoutSeconds === undefined) {
    return { onTimeout };
  }
  const afterMs = (timeoutSeconds + GRACE_SECONDS) * 1000;
  return {
    onTimeout,
    deadline: new Date(clock.nowMs() + afterMs).toISOString(),
  };
}
