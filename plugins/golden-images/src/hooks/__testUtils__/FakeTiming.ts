import type { Timing } from '../Poller';

/** Time that passes only when a test says so. */
export class FakeTiming implements Timing {
  #nowMs = 1_000_000;
  #timers: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer);
    };
  }

  /** When the next timer is due, from now; `undefined` without any. */
  get nextInMs(): number | undefined {
    const times = this.#timers.map(timer => timer.atMs - this.#nowMs);
    return times.length ? Math.min(...times) : undefined;
  }

  /** Lets time pass, and whatever promises then settle. */
  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    for (;;) {
      const due = this.#timers
        .filter(timer => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter(timer => timer !== due);
      this.#nowMs = due.atMs;
      due.run();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }
}

/** Lets promises that are ready settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
