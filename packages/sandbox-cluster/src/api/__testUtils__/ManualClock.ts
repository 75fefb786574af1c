import type { Clock } from '../types';

interface Timer {
  at: number;
  callback: () => void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z');
  readonly #timers = new Set<Timer>();

  now() {
    return new Date(this.#nowMs);
  }

  setTimeout(callback: () => void, delayMs: number) {
    const timer = { at: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown) {
    this.#timers.delete(timer as Timer);
  }

  /** Runs what is due until then, in its order, including what that starts. */
  advance(ms: number) {
    const end = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#nowMs = next.at;
      next.callback();
    }
    this.#nowMs = end;
  }
}
