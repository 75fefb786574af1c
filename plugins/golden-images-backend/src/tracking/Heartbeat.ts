import { KubernetesApiError, type ClusterWatcher } from '../kubernetes';
import type { Feed, FeedState } from './Reflector';
import type { Timing } from './Timing';

const INTERVAL_MS = 15_000;
const TIMEOUT_MS = 10_000;
const RETRY_MS = 2_000;

/**
 * Asks an API server for next to nothing from time to time. One that hangs keeps
 * its watches open, and their silence is suspicious only after the minute in
 * which it owes them a bookmark.
 */
export class Heartbeat {
  readonly #options: {
    watcher: ClusterWatcher;
    /** What is asked for, one object of it. */
    feed: Feed;
    timing: Timing;
    onState: (state: FeedState) => void;
  };

  constructor(options: {
    watcher: ClusterWatcher;
    feed: Feed;
    timing: Timing;
    onState: (state: FeedState) => void;
  }) {
    this.#options = options;
  }

  /** Resolves when the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { timing, onState } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await timing.delay(failures > 0 ? RETRY_MS : INTERVAL_MS, signal);
        await this.#ask(signal);
        failures = 0;
        onState({ phase: 'watching', heardAtMs: timing.nowMs() });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubernetesApiError)) throw error;
        failures += 1;
        // That one request fails is ordinary.
        if (failures > 1) onState({ phase: 'failing', error });
      }
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { watcher, feed, timing } = this.#options;
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const late = timing.delay(TIMEOUT_MS, either).then(() => {
      throw new KubernetesApiError({
        status: 0,
        message: `No answer within ${TIMEOUT_MS / 1000} s`,
      });
    });
    const answer = watcher
      .listPage(feed.type, feed.scope, { limit: 1, signal: either })
      .catch(error => {
        if (!isAnswer(error)) throw error;
      });
    try {
      await Promise.race([answer, late]);
    } finally {
      done.abort();
      await Promise.allSettled([answer, late]);
    }
  }
}

/** A refusal comes from a server that lives. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError &&
    error.status >= 400 &&
    error.status < 500
  );
}
