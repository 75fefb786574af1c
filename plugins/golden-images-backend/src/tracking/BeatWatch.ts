import type { LeaseRow } from '../database';
import type { Timing } from './Timing';

export const LEASE_MS = 15_000;

/**
 * Watches the beat of a lease. One that stands still for as long as a lease
 * lasts has no holder any more. That is seen by one's own clock, which is never
 * set: what time a holder wrote on its lease says nothing, since it may go by
 * another clock. So who has just begun to watch knows nothing yet.
 */
export class BeatWatch {
  readonly #timing: Timing;
  #seen?: { row?: LeaseRow; sinceMs: number; hasMoved: boolean };

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  see(row: LeaseRow | undefined) {
    const last = this.#seen;
    const { token, beat } = last?.row ?? {};
    if (last && row?.token === token && row?.beat === beat) return;
    const sinceMs = this.#timing.elapsedMs();
    this.#seen = { row, sinceMs, hasMoved: last !== undefined };
  }

  /** Whether somebody holds the lease; `undefined` where it was not watched for long enough. */
  get isHeld(): boolean | undefined {
    if (!this.#seen) return undefined;
    const { row, sinceMs, hasMoved } = this.#seen;
    if (!row?.holder) return false;
    if (this.#timing.elapsedMs() - sinceMs >= LEASE_MS) return false;
    return hasMoved || undefined;
  }
}
