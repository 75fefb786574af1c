import { isUnanswered } from '@golden-images/plugin-golden-images-node';
import type { WaitClock } from './pollWait';

const DELAY_MS = 2_000;
/** A backend that restarts is back by then. */
const LONGEST_MS = 5 * 60_000;

/**
 * Asks until an answer comes, if only a refusal: a backend may restart while a
 * step runs, and what is asked here makes one object however often it is asked.
 *
 * @throws what the last attempt threw, once asking again makes no sense
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  options: {
    timeoutMs: number;
    signal?: AbortSignal;
    clock: WaitClock;
    log: (line: string) => void;
  },
): Promise<T> {
  const { clock, signal } = options;
  const endsAtMs = clock.nowMs() + Math.min(options.timeoutMs, LONGEST_MS);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const leftMs = endsAtMs - clock.nowMs();
      if (!isUnanswered(error) || signal?.aborted || leftMs <= 0) throw error;
      if (attempt === 1) {
        options.log('The portal does not answer at the moment; asking again');
      }
      await clock.delay(Math.min(DELAY_MS, leftMs), signal);
    }
  }
}
