import type { GoldenImagesService } from '@golden-images/plugin-golden-images-node';
import {
  WAIT_STAGES,
  type WaitStage,
  type WaitStatus,
} from '@golden-images/plugin-golden-images-common';
import { isTransient } from './isTransient';

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 5_000;
/** A line for progress alone at most this often; a new sentence is logged at once. */
const PROGRESS_LINE_EVERY_MS = 10_000;

/** Time as a wait sees it; replaced in tests. */
export interface WaitClock {
  nowMs(): number;
  /** Resolves after the time, or as soon as the signal aborts. */
  delay(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** How an answer ends a wait, if it does. */
export type EndOf = (
  status: WaitStatus,
) => 'reached' | 'failed' | 'unknown' | 'gone' | undefined;

export type WaitEnd =
  | { end: 'reached'; status: WaitStatus }
  | { end: 'failed' | 'unknown' | 'gone'; status: WaitStatus }
  | { end: 'timed-out'; status?: WaitStatus; error?: unknown }
  | { end: 'cancelled'; status?: WaitStatus };

/**
 * Polls a wait until it ends: by an answer, cancelled by the signal, or timed
 * out. An answer that does not come is asked for again until the time-out; a
 * refusal is thrown.
 */
export async function pollWait(options: {
  getStatus: () => ReturnType<GoldenImagesService['getWaitStatus']>;
  endOf: EndOf;
  timeoutMs: number;
  signal?: AbortSignal;
  clock: WaitClock;
  log: (line: string) => void;
}): Promise<WaitEnd> {
  const { clock, signal } = options;
  const endsAtMs = clock.nowMs() + options.timeoutMs;
  const report = progressReporter(options.log, clock);
  let delayMs = FIRST_DELAY_MS;
  let status: WaitStatus | undefined;
  let error: unknown;
  for (;;) {
    if (signal?.aborted) return { end: 'cancelled', status };
    try {
      status = await options.getStatus();
      error = undefined;
      report(status.sentence);
      const end = options.endOf(status);
      if (end) return { end, status };
    } catch (cause) {
      if (!isTransient(cause)) throw cause;
      error = cause;
      report('The portal does not answer at the moment; asking again');
    }
    const leftMs = endsAtMs - clock.nowMs();
    if (leftMs <= 0) return { end: 'timed-out', status, error };
    await clock.delay(Math.min(delayMs, leftMs), signal);
    delayMs = Math.min(delayMs * 1.5, LONGEST_DELAY_MS);
  }
}

/**
 * Ends at a stage, or where it will never be reached.
 *
 * @param acceptUnknown - end well at `bound` where the copy's state cannot be seen
 */
export function stageReached(until: WaitStage, acceptUnknown: boolean): EndOf {
  return ({ outcome, stage }) => {
    if (outcome === 'failed' || outcome === 'gone') return outcome;
    if (stage && WAIT_STAGES.indexOf(stage) >= WAIT_STAGES.indexOf(until)) {
      return 'reached';
    }
    if (outcome !== 'unknown') return undefined;
    return acceptUnknown ? 'reached' : 'unknown';
  };
}

/** Ends when it does not exist any more, or is not to be deleted after all. */
export const goneForGood: EndOf = ({ outcome, object }) => {
  if (outcome === 'gone' && object === undefined) return 'reached';
  const calledOff =
    object?.kind === 'image' &&
    object.state === 'ready' &&
    object.retirement === undefined;
  return calledOff ? 'failed' : undefined;
};

/** Logs a sentence when it is another one; one that only counts on, at a human rate. */
function progressReporter(log: (line: string) => void, clock: WaitClock) {
  let last: { line: string; words: string; atMs: number } | undefined;
  return (line: string) => {
    if (line === last?.line) return;
    const words = line.replace(/\d+/g, '#');
    const nowMs = clock.nowMs();
    if (words === last?.words && nowMs - last.atMs < PROGRESS_LINE_EVERY_MS) {
      return;
    }
    last = { line, words, atMs: nowMs };
    log(line);
  };
}

/** The machine's own time. */
export const systemClock: WaitClock = {
  nowMs: () => Date.now(),
  delay: (durationMs, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const waiting: { timer?: ReturnType<typeof setTimeout> } = {};
      const finish = () => {
        clearTimeout(waiting.timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      waiting.timer = setTimeout(finish, durationMs);
      signal?.addEventListener('abort', finish);
    }),
};
