import type { ClusterConfig } from '../config/types';
import {
  KubernetesApiError,
  type ClusterClient,
  type ClusterWatcher,
} from '../kubernetes';
import { FirstList } from './FirstList';
import { Heartbeat } from './Heartbeat';
import {
  Reflector,
  dropList,
  type FeedSink,
  type FeedState,
} from './Reflector';
import type { Timing } from './Timing';
import { backoffMs } from './backoff';
import type { FeedStates } from './clusterState';
import { feedsOf, longhornFeed, type FeedPlan } from './feeds';
import { readableLonghornFeed } from './rights';

export interface ClusterFeedsOptions {
  cluster: ClusterConfig;
  client: ClusterClient & ClusterWatcher;
  timing: Timing;
  sink: FeedSink;
  idleTimeoutMs?: number;
  /** The state of a feed is about to become another, and has. */
  onState: (change: () => void) => void;
  onRelist: (resource: string) => void;
}

/** All lists and watches of one cluster, and how each of them is doing. */
export class ClusterFeeds {
  readonly states: FeedStates = new Map();
  readonly #options: ClusterFeedsOptions;
  readonly #plans: FeedPlan[];

  constructor(options: ClusterFeedsOptions) {
    this.#options = options;
    this.#plans = feedsOf(options.cluster);
  }

  get feeds() {
    return [...this.states.values()].map(({ plan }) => plan.feed);
  }

  /** Each has listed, or it is known that nothing is to be waited for. */
  get isComplete(): boolean {
    return [...this.states.values()].every(isSettled);
  }

  /** Starts them all; each goes on until the signal is aborted, or the sink fails. */
  follow(signal: AbortSignal): Promise<void>[] {
    for (const plan of this.#plans) this.#set(plan, { phase: 'listing' });
    return [
      ...this.#plans.map(plan => this.#reflect(plan, signal)),
      this.#followLonghorn(signal),
    ];
  }

  /** Notices within seconds when the server does not answer any more. */
  async listenForHeartbeat(signal: AbortSignal): Promise<void> {
    const { client, timing } = this.#options;
    const [of] = this.#plans;
    const plan = {
      ...of,
      feed: { ...of.feed, id: 'heartbeat' },
      essential: false,
    };
    const heartbeat = new Heartbeat({
      watcher: client,
      feed: of.feed,
      timing,
      onState: state => this.#heard(plan, state),
    });
    await heartbeat.run(signal);
  }

  /** Cluster-wide where we may, else in Longhorn's own namespace. */
  async #followLonghorn(signal: AbortSignal): Promise<void> {
    const { client, timing, sink } = this.#options;
    const pending = longhornFeed();
    this.#set(pending, { phase: 'listing' });
    const firstList = new FirstList({
      timing,
      othersListed: this.#othersListed,
      goOnWithout: async error => {
        await dropList(sink, pending.feed);
        this.#heard(pending, { phase: 'missing', error });
      },
    });
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const plan = await readableLonghornFeed(client, signal);
        const state = this.states.get(pending.feed.id)?.state;
        this.states.delete(pending.feed.id);
        this.#set(plan, state?.phase === 'missing' ? state : undefined);
        await this.#reflect(plan, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubernetesApiError)) throw error;
        if (error.status === 403 || error.status === 404) {
          await this.#reflect(pending, signal);
          return;
        }
        const { phase } = this.states.get(pending.feed.id)?.state ?? {};
        this.#heard(pending, {
          phase: phase === 'missing' ? phase : 'failing',
          error,
        });
        const ms = backoffMs({ failures, random: timing.random() });
        await firstList.pause(ms, error, signal).catch(quietWhen(signal));
      }
    }
  }

  readonly #othersListed = () =>
    [...this.states.values()]
      .filter(({ plan }) => plan.essential)
      .every(isSettled);

  async #reflect(plan: FeedPlan, signal: AbortSignal): Promise<void> {
    const { client, timing, sink, idleTimeoutMs, onRelist } = this.#options;
    const reflector = new Reflector({
      watcher: client,
      feed: plan.feed,
      sink,
      timing,
      idleTimeoutMs,
      state: this.states.get(plan.feed.id)?.state,
      othersListed: plan.essential ? undefined : this.#othersListed,
      onState: state => this.#heard(plan, state),
      onRelist: () => onRelist(plan.feed.type.resource),
    });
    await reflector.run(signal);
  }

  #set(plan: FeedPlan, state: FeedState = { phase: 'listing' }) {
    this.states.set(plan.feed.id, { plan, state });
  }

  #heard(plan: FeedPlan, state: FeedState) {
    this.#options.onState(() => this.#set(plan, state));
  }
}

/** A list that has failed since is complete too. */
function isSettled({ state }: { state: FeedState }): boolean {
  const { phase, heardAtMs } = state;
  return phase === 'refused' || phase === 'missing' || heardAtMs !== undefined;
}

function quietWhen(signal: AbortSignal) {
  return (error: unknown) => {
    if (!signal.aborted) throw error;
  };
}
