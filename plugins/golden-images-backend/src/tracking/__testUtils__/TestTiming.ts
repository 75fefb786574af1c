import type { Timing } from '../Timing';

interface Waiting {
  atMs: number;
  wake: () => void;
}

/** A clock that stands still until the test moves it. */
export class TestTiming implements Timing {
  /** Every delay that was asked for, in milliseconds. */
  readonly delaysMs: number[] = [];
  readonly #waiting = new Set<Waiting>();
  #nowMs = Date.parse('2026-11-23T00:00:00Z');

  nowMs() {
    return this.#nowMs;
  }

  random() {
    return 0;
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.delaysMs.push(ms);
    await new Promise<void>((resolve, reject) => {
      const waiting = { atMs: this.#nowMs + ms, wake: resolve };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      });
    });
  }

  /** Moves the clock and wakes whoever's time has come. */
  pass(ms: number) {
    this.#nowMs += ms;
    for (const waiting of [...this.#waiting]) {
      if (waiting.atMs > this.#nowMs) continue;
      this.#waiting.delete(waiting);
      waiting.wake();
    }
  }
}
