import type { ActivityStore } from '../database';

const INTERVAL_MS = 60_000;

/** Forgets, a little at a time, the history of objects that have been gone for long. */
export class HistoryPruner {
  readonly #activity: ActivityStore;
  readonly #keepForMs: number;
  #lastAtMs = -Infinity;
  #position = 0;

  constructor(activity: ActivityStore, keepForMs: number) {
    this.#activity = activity;
    this.#keepForMs = keepForMs;
  }

  /**
   * Does nothing until some time has passed since it did something.
   *
   * @param elapsedMs - by a clock that is never set
   */
  async pass(elapsedMs: number, nowMs: number): Promise<void> {
    if (elapsedMs - this.#lastAtMs < INTERVAL_MS) return;
    this.#lastAtMs = elapsedMs;
    const before = new Date(nowMs - this.#keepForMs).toISOString();
    this.#position = await this.#activity.prune(before, this.#position);
  }
}
