import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, so that tests need not wait. */
export interface Timing {
  nowMs(): number;
  /** Rejects when the signal is aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export const systemTiming: Timing = {
  nowMs: () => Date.now(),
  delay: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
  random: () => Math.random(),
};
