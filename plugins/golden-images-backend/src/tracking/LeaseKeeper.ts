import type { Fence, LeaseRow, LeaseStore } from '../database';
import type { Timing } from './Timing';

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
const POLL_MS = 3_000;
/** So old that clocks which differ do not explain it: nobody need wait for it. */
const LONG_DEAD_MS = 60_000;

/**
 * Holds the lease of one cluster. A lease whose beat stands still for as long
 * as it lasts has no holder any more: that is seen by one's own clock, so that
 * clocks need not agree. With both times a dead holder is replaced within 30 s.
 */
export class LeaseKeeper {
  readonly #leases: LeaseStore;
  readonly #cluster: string;
  readonly #holder: string;
  readonly #timing: Timing;

  constructor(options: {
    leases: LeaseStore;
    cluster: string;
    holder: string;
    timing: Timing;
  }) {
    this.#leases = options.leases;
    this.#cluster = options.cluster;
    this.#holder = options.holder;
    this.#timing = options.timing;
  }

  /** Waits until the lease is ours. Rejects when the signal is aborted. */
  async acquire(signal: AbortSignal): Promise<Fence> {
    let seen: LeaseRow | undefined;
    let seenAtMs = 0;
    for (;;) {
      signal.throwIfAborted();
      const row = await this.#leases.read(this.#cluster);
      const { nowMs, elapsedMs } = this.#now();
      if (row?.token !== seen?.token || row?.beat !== seen?.beat) {
        seen = row;
        seenAtMs = elapsedMs;
      }
      const free =
        !row?.holder ||
        elapsedMs - seenAtMs >= LEASE_MS ||
        nowMs - row.renewedAtMs >= LONG_DEAD_MS;
      const fence = free
        ? await this.#leases.take(this.#cluster, this.#holder, row, nowMs)
        : undefined;
      if (fence) return fence;
      await this.#timing.delay(POLL_MS, signal);
    }
  }

  /**
   * Renews the lease until the signal is aborted, or until it is lost: then it
   * resolves to why. A holder that could not renew in time counts itself out.
   */
  async keep(fence: Fence, signal: AbortSignal): Promise<string | undefined> {
    let renewedAtMs = this.#timing.elapsedMs();
    for (;;) {
      try {
        await this.#timing.delay(RENEW_MS, signal);
      } catch {
        return undefined;
      }
      const askedAtMs = this.#timing.elapsedMs();
      try {
        const patienceMs = Math.max(0, renewedAtMs + LEASE_MS - askedAtMs);
        if (!(await this.#renew(fence, patienceMs, signal))) {
          return 'another instance has taken it over';
        }
        renewedAtMs = askedAtMs;
      } catch (error) {
        if (this.#timing.elapsedMs() - renewedAtMs >= LEASE_MS) {
          return `it could not be renewed: ${error}`;
        }
      }
    }
  }

  /** A database that hangs says nothing at all. */
  async #renew(fence: Fence, patienceMs: number, signal: AbortSignal) {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const late = this.#timing.delay(patienceMs, either).then(() => {
      throw new Error('the database did not answer in time');
    });
    try {
      return await Promise.race([
        this.#leases.renew(fence, this.#timing.nowMs()),
        late,
      ]);
    } finally {
      done.abort();
    }
  }

  #now() {
    return {
      nowMs: this.#timing.nowMs(),
      elapsedMs: this.#timing.elapsedMs(),
    };
  }

  async giveBack(fence: Fence): Promise<void> {
    await this.#leases.giveBack(fence);
  }
}
