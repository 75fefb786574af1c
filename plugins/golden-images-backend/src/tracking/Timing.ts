import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, so that tests need not wait. */
export interface Timing {
  /** Milliseconds since the epoch, as the machine believes: it may be corrected. */
  nowMs(): number;
  /** Milliseconds since some moment, never set back: for how long things last. */
  elapsedMs(): number;
  /** Rejects when the signal is aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export const systemTiming: Timing = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  delay: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
  random: () => Math.random(),
};
