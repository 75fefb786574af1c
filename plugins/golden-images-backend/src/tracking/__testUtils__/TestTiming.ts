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
  #elapsedMs = 0;

  nowMs() {
    return this.#nowMs;
  }

  elapsedMs() {
    return this.#elapsedMs;
  }

  random() {
    return 0;
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.delaysMs.push(ms);
    await new Promise<void>((resolve, reject) => {
      const waiting = { atMs: this.#elapsedMs + ms, wake: resolve };
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
    this.#elapsedMs += ms;
    for (const waiting of [...this.#waiting]) {
      if (waiting.atMs > this.#elapsedMs) continue;
      this.#waiting.delete(waiting);
      waiting.wake();
    }
  }

  /** The clock of the machine is set to another time, which is no time that passes. */
  setClock(byMs: number) {
    this.#nowMs += byMs;
  }
}
