import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Fence } from '../database';
import type { ClusterTracker } from './ClusterTracker';
import type { LeaseKeeper } from './LeaseKeeper';
import type { Timing } from './Timing';
import { backoffMs } from './backoff';

/**
 * Follows one cluster whenever its lease is ours, for ever: a tracker that
 * fails is replaced by a new one, which starts from a list.
 */
export class ClusterFollower {
  readonly #options: {
    clusterName: string;
    keeper: LeaseKeeper;
    createTracker: (fence: Fence) => ClusterTracker;
    timing: Timing;
    logger: LoggerService;
  };
  #tracker?: ClusterTracker;

  constructor(options: {
    clusterName: string;
    keeper: LeaseKeeper;
    createTracker: (fence: Fence) => ClusterTracker;
    timing: Timing;
    logger: LoggerService;
  }) {
    this.#options = options;
  }

  /** The running tracker, where the lease is held. */
  get tracker(): ClusterTracker | undefined {
    return this.#tracker;
  }

  /** Whether another instance follows the cluster; `undefined` where that is not known yet. */
  get isFollowedElsewhere(): boolean | undefined {
    return this.#options.keeper.isHeldByAnother;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clusterName, logger, timing } = this.#options;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#followOnce(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn(
          `Following cluster "${clusterName}" was interrupted and starts again`,
          error instanceof Error ? error : new Error(String(error)),
        );
        const ms = backoffMs({ failures, random: timing.random() });
        await timing.delay(ms, signal).catch(() => undefined);
      }
    }
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    const { keeper, createTracker, clusterName, logger } = this.#options;
    const fence = await keeper.acquire(signal);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const kept = keeper.keep(fence, either).then(reason => {
      if (reason) {
        logger.warn(`The lease of cluster "${clusterName}" is lost: ${reason}`);
      }
      stop.abort();
    });
    try {
      this.#tracker = createTracker(fence);
      await this.#tracker.run(either);
    } finally {
      this.#tracker = undefined;
      stop.abort();
      await kept;
      await keeper.giveBack(fence);
    }
  }
}
