import type { Fence, LeaseStore } from '../database';
import { BeatWatch, LEASE_MS } from './BeatWatch';
import type { Timing } from './Timing';

const RENEW_MS = 5_000;
const POLL_MS = 3_000;

/**
 * Holds the lease of one cluster, or watches who does: see `BeatWatch`. A dead
 * holder is replaced within 30 s, also by an instance that has just started.
 */
export class LeaseKeeper {
  readonly #leases: LeaseStore;
  readonly #cluster: string;
  readonly #holder: string;
  readonly #timing: Timing;
  readonly #watch: BeatWatch;

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
    this.#watch = new BeatWatch(options.timing);
  }

  /** Whether another instance holds it, while we wait for it; `undefined` where that is not known yet. */
  get isHeldByAnother(): boolean | undefined {
    return this.#watch.isHeld;
  }

  /** Waits until the lease is ours. Rejects when the signal is aborted. */
  async acquire(signal: AbortSignal): Promise<Fence> {
    for (;;) {
      signal.throwIfAborted();
      const row = await this.#leases.read(this.#cluster);
      this.#watch.see(row);
      const free = this.#watch.isHeld === false;
      const fence = free
        ? await this.#leases.take(
            this.#cluster,
            this.#holder,
            row,
            this.#timing.nowMs(),
          )
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

  async giveBack(fence: Fence): Promise<void> {
    await this.#leases.giveBack(fence);
  }
}
