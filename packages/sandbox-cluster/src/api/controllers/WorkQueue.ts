import type { Clock } from '../types';

/** Keys to look at again a little later; a key that waits already is not added twice. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #process: (key: string) => void;
  readonly #timers = new Map<string, unknown>();
  #isClosed = false;

  constructor(options: {
    clock: Clock;
    delayMs: number;
    process: (key: string) => void;
  }) {
    this.#clock = options.clock;
    this.#delayMs = options.delayMs;
    this.#process = options.process;
  }

  add(key: string) {
    if (this.#isClosed || this.#timers.has(key)) return;
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(key);
      if (!this.#isClosed) this.#process(key);
    }, this.#delayMs);
    this.#timers.set(key, timer);
  }

  close() {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer);
    this.#timers.clear();
  }
}
