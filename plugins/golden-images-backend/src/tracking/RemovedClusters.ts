import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  LeaseLostError,
  type Fence,
  type LeaseStore,
  type StatusStore,
  type TrackedStore,
  type ViewStore,
} from '../database';
import { LeaseKeeper } from './LeaseKeeper';
import type { Timing } from './Timing';

const INTERVAL_MS = 60_000;
/** Few at a time, so that others get their turn. */
const BATCH_SIZE = 250;

/**
 * Drops what is kept of clusters that the configuration does not name any
 * more, all but their history. An instance that still has the old
 * configuration holds the lease: it is waited for.
 */
export class RemovedClusters {
  readonly #options: {
    configured: string[];
    holder: string;
    views: ViewStore;
    tracked: TrackedStore;
    statuses: StatusStore;
    leases: LeaseStore;
    timing: Timing;
    logger: LoggerService;
  };
  readonly #waitingFor = new Map<string, Promise<void>>();

  constructor(options: {
    configured: string[];
    holder: string;
    views: ViewStore;
    tracked: TrackedStore;
    statuses: StatusStore;
    leases: LeaseStore;
    timing: Timing;
    logger: LoggerService;
  }) {
    this.#options = options;
  }

  /** Looks again and again until the signal is aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { timing, logger } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look(signal);
      } catch (error) {
        logger.warn(
          `Clusters that were removed are looked for later: ${error}`,
        );
      }
      await timing.delay(INTERVAL_MS, signal).catch(() => undefined);
    }
    await Promise.all(this.#waitingFor.values());
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { statuses, configured, logger } = this.#options;
    for (const cluster of (await statuses.read()).keys()) {
      if (configured.includes(cluster) || this.#waitingFor.has(cluster)) {
        continue;
      }
      const forgotten = this.#forget(cluster, signal)
        .catch(error => {
          if (signal.aborted) return;
          logger.warn(
            `What is kept of the removed cluster "${cluster}" is dropped later: ${error}`,
          );
        })
        .finally(() => this.#waitingFor.delete(cluster));
      this.#waitingFor.set(cluster, forgotten);
    }
  }

  async #forget(cluster: string, signal: AbortSignal): Promise<void> {
    const { leases, holder, timing, logger } = this.#options;
    const keeper = new LeaseKeeper({ leases, cluster, holder, timing });
    const fence = await keeper.acquire(signal);
    try {
      await this.#drop(fence, signal);
      logger.info(
        `Cluster "${cluster}" is not configured any more: what was kept of it is dropped, but for its history`,
      );
    } finally {
      await keeper.giveBack(fence);
    }
  }

  /** The status goes last: as long as it is there, this is not done. */
  async #drop(fence: Fence, signal: AbortSignal): Promise<void> {
    const { views, tracked, statuses, leases, timing } = this.#options;
    const { cluster } = fence;
    const goOn = async () => {
      signal.throwIfAborted();
      const held = await leases.renew(fence, timing.nowMs());
      if (!held) throw new LeaseLostError(cluster);
    };
    for (const keys of batchesOf(await tracked.allKeys(cluster))) {
      await goOn();
      await tracked.write(fence, [], keys);
    }
    for (const keys of batchesOf(await views.keysOutsideFeeds(cluster, []))) {
      await goOn();
      await views.apply(fence, [], keys);
    }
    await statuses.forget(fence);
  }
}

function batchesOf<T>(items: T[]): T[][] {
  const count = Math.ceil(items.length / BATCH_SIZE);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}
