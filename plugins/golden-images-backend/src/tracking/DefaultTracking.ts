import type {
  DatabaseService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { DEFAULT_CLONE_LIMITS } from '../config/cloneLimits';
import type { ClusterConfig, GoldenImagesConfig } from '../config/types';
import {
  CloneTurns,
  Controller,
  Releaser,
  releaseRefusal,
  startHousekeeping,
} from '../control';
import {
  type ActivityPage,
  type ActivityStore,
  type CloneQueueStore,
  type LeaseStore,
  type StatusStore,
  type TrackedStore,
  ViewStore,
  type Fence,
  type GoldenImagesReader,
} from '../database';
import {
  KubernetesApiError,
  type ClusterClient,
  type ClusterWatcher,
} from '../kubernetes';
import { DatabaseCloneQueue } from './CloneQueue';
import { ClusterFollower } from './ClusterFollower';
import { ClusterTracker } from './ClusterTracker';
import { HistoryPruner } from './HistoryPruner';
import { Joiner } from './Joiner';
import { LeaseKeeper } from './LeaseKeeper';
import { Listeners } from './Listeners';
import { NamesSeen } from './NamesSeen';
import { ProtectionLevels } from './ProtectionLevels';
import { RemovedClusters } from './RemovedClusters';
import { StatusOfOthers } from './StatusOfOthers';
import { systemTiming, type Timing } from './Timing';
import type {
  ActivityEntry,
  FollowedCluster,
  ObjectKey,
  ReleaseRequest,
  ReleaseResult,
  SourceClaimInfo,
  StorageClassInfo,
  Tracking,
} from './Tracking';
import { awaitOthers } from './awaitOthers';
import { sourceClaimInfo } from './sourceClaimInfo';
import { KINDS, type StorageClassView } from './views';
import { within } from './within';

const REFRESH_WAIT_MS = 3_000;

export interface Stores {
  views: ViewStore;
  tracked: TrackedStore;
  statuses: StatusStore;
  activity: ActivityStore;
  leases: LeaseStore;
  clones: CloneQueueStore;
}

interface Followed {
  config: ClusterConfig;
  client: TrackedClient;
  follower: ClusterFollower;
}

export interface TrackingOptions {
  config: GoldenImagesConfig;
  database: DatabaseService;
  logger: LoggerService;
  timing?: Timing;
  /** By which chores pause between their rounds; absent: by `timing`. */
  choreTiming?: Pick<Timing, 'delay'>;
  /** Silence after which a watch counts as dead. */
  idleTimeoutMs?: number;
  /** A list is read anew, of this kind of object. */
  onRelist?: (cluster: string, resource: string) => void;
  /** Opens no connection yet. */
  createClient: (cluster: ClusterConfig) => TrackedClient;
}

export type TrackedClient = ClusterClient & ClusterWatcher & { close(): void };

const sentence = (name: string, why: string) => `${name} is kept: ${why}`;

/** All configured clusters: followed here where their lease is held, read from the database everywhere. */
export class DefaultTracking implements Tracking {
  readonly reader: GoldenImagesReader;
  readonly queue: DatabaseCloneQueue;
  readonly #turns = new Map<string, CloneTurns>();
  readonly #options: TrackingOptions;
  readonly #stores: Stores;
  readonly #timing: Timing;
  readonly #clusters: Map<string, Followed>;
  readonly #removed: RemovedClusters;
  readonly #others: StatusOfOthers;
  readonly #listeners = new Listeners();
  readonly #names: NamesSeen;
  readonly #abort = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    options: TrackingOptions,
    stores: Stores,
    reader: GoldenImagesReader,
  ) {
    this.#options = options;
    this.#stores = stores;
    this.#timing = options.timing ?? systemTiming;
    this.reader = reader;
    this.#others = new StatusOfOthers(this.#timing);
    setMaxListeners(0, this.#abort.signal);
    const isCurrent = async (name: string) =>
      (await this.clusterStatus(name))[0]?.connection === 'connected';
    this.#names = new NamesSeen({ ...stores, isCurrent });
    this.queue = new DatabaseCloneQueue({
      store: stores.clones,
      timing: this.#timing,
      limitsOf: name =>
        this.#cluster(name).config.clones ?? DEFAULT_CLONE_LIMITS,
      isCurrent,
      wake: name => this.#turns.get(name)?.wake(),
      onChange: () => this.#listeners.tell(),
    });
    const holder = randomUUID();
    this.#removed = new RemovedClusters({
      ...stores,
      configured: options.config.clusters.map(({ name }) => name),
      holder,
      timing: this.#timing,
      logger: options.logger,
    });
    this.#clusters = new Map(
      options.config.clusters.map(config => [
        config.name,
        this.#prepare(config, holder),
      ]),
    );
  }

  async start(): Promise<void> {
    const { signal } = this.#abort;
    this.#running = Promise.all([
      ...[...this.#clusters.values()].map(({ follower }) =>
        follower.run(signal),
      ),
      this.#removed.run(signal),
    ]);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    for (const { client } of this.#clusters.values()) client.close();
  }

  async clusterStatus(only?: string): Promise<ClusterStatus[]> {
    const written = await this.#stores.statuses.read();
    return [...this.#clusters.values()]
      .filter(({ config }) => only === undefined || config.name === only)
      .map(({ config: { name, title, imageNamespaces }, follower }) => {
        const status =
          follower.tracker?.status ??
          this.#others.of(
            name,
            written.get(name),
            follower.isFollowedElsewhere,
          );
        return { ...status, name, title, imageNamespaces };
      });
  }

  client(clusterName: string): ClusterClient {
    return this.#cluster(clusterName).client;
  }

  followed(): FollowedCluster[] {
    return [...this.#clusters].map(([cluster, { follower }]) => ({
      cluster,
      holdsLease: follower.tracker !== undefined,
      observedAt: follower.tracker?.status.observedAt,
    }));
  }

  async storageClasses(clusterName: string): Promise<StorageClassInfo[]> {
    const rows = await this.#stores.views.listKind<StorageClassView>(
      KINDS.storageClass,
      clusterName,
    );
    return rows.map(row => row.document);
  }

  async sourceClaim(key: ObjectKey): Promise<SourceClaimInfo | undefined> {
    const id = `${key.namespace}/${key.name}`;
    const joiner = new Joiner(this.#stores.views, key.cluster);
    const joined = (await joiner.load([id])).get(id);
    return joined && sourceClaimInfo(joined);
  }

  async mayExist(key: ObjectKey): Promise<boolean> {
    return this.#names.mayExist(key);
  }

  async refresh(key: ObjectKey): Promise<void> {
    const { follower, client } = this.#cluster(key.cluster);
    try {
      const { tracker } = follower;
      if (tracker) {
        await within(REFRESH_WAIT_MS, tracker.completed, this.#timing);
        await tracker.refresh(key.namespace, key.name);
      } else {
        await awaitOthers(key, {
          client,
          tracked: this.#stores.tracked,
          timing: this.#timing,
          patienceMs: REFRESH_WAIT_MS,
          signal: this.#abort.signal,
        });
      }
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      this.#options.logger.debug(`Could not refresh ${key.name}: ${error}`);
    }
  }

  async release(request: ReleaseRequest): Promise<ReleaseResult> {
    const { cluster, namespace, name, kind } = request;
    const { client } = this.#cluster(request.cluster);
    await this.refresh(request);
    const row =
      kind === 'image'
        ? await this.reader.getImage(request)
        : await this.reader.getVolume(request);
    const refusal = releaseRefusal(row);
    if (refusal) return { outcome: 'kept', sentence: sentence(name, refusal) };
    // What cannot be seen now may have become ready, or come into use.
    const [{ connection }] = await this.clusterStatus(request.cluster);
    if (connection !== 'connected') {
      throw new ServiceUnavailableError(
        `Cluster "${request.cluster}" cannot be wholly seen now, so ${name} is not deleted yet. It is deleted once that can be done safely, if it was to be deleted after its time and never became ready.`,
      );
    }
    const result = await new Releaser(client, () =>
      this.#timing.nowMs(),
    ).release(request);
    if (result.outcome === 'kept') {
      return { outcome: 'kept', sentence: sentence(name, result.why) };
    }
    await this.recordActivity({
      cluster,
      namespace,
      name,
      kind,
      entityRef:
        row?.object.kind === 'volume' ? row.object.entityRef : undefined,
      uid: result.uid,
      action: 'released',
      actor: request.requestedBy,
      message: `${name} was never ready and was deleted when its wait ended`,
    });
    await this.refresh(request);
    return {
      outcome: 'deleted',
      sentence: `${name} was never ready and is deleted, as was agreed when it was asked for`,
    };
  }

  async recordActivity(entry: ActivityEntry): Promise<void> {
    await this.#stores.activity.add({
      ...entry,
      at: new Date(this.#timing.nowMs()).toISOString(),
    });
  }

  async listActivity(
    key: { cluster: string; namespace: string; name?: string },
    page: { limit: number; beforeId?: number },
  ): Promise<ActivityPage> {
    return this.#stores.activity.list(key, page);
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  #cluster(name: string): Followed {
    const found = this.#clusters.get(name);
    if (!found) {
      throw new NotFoundError(`No cluster "${name}" is configured`);
    }
    return found;
  }

  #prepare(config: ClusterConfig, holder: string): Followed {
    const timing = this.#timing;
    const { logger, createClient } = this.#options;
    const client = createClient(config);
    const keeper = new LeaseKeeper({
      leases: this.#stores.leases,
      cluster: config.name,
      holder,
      timing,
    });
    const follower = new ClusterFollower({
      clusterName: config.name,
      keeper,
      timing,
      logger,
      createTracker: fence => this.#createTracker(config, client, fence),
    });
    return { config, client, follower };
  }

  #createTracker(
    cluster: ClusterConfig,
    client: ClusterClient & ClusterWatcher,
    fence: Fence,
  ): ClusterTracker {
    const { logger, idleTimeoutMs, onRelist } = this.#options;
    const common = { ...this.#stores, client, timing: this.#timing, logger };
    const protection = new ProtectionLevels();
    const controllers: Pick<Controller, 'consider' | 'settled'>[] = [];
    const tracker = new ClusterTracker({
      ...common,
      cluster,
      fence,
      idleTimeoutMs,
      onRelist: resource => onRelist?.(cluster.name, resource),
      protection,
      onDerived: rows => controllers.forEach(each => each.consider(rows)),
      onChange: () => this.#listeners.tell(),
      pruner: new HistoryPruner(
        this.#stores.activity,
        this.#options.config.history.keepForMs,
      ),
      beforeEnd: async () => {
        for (const each of controllers) await each.settled();
      },
    });
    const joiner = new Joiner(this.#stores.views, cluster.name);
    const refresh = (namespace: string, name: string) =>
      tracker.refresh(namespace, name);
    controllers.push(
      new Controller(
        {
          ...common,
          cluster,
          joiner,
          refresh,
          isCurrent: () => tracker.status.connection === 'connected',
        },
        tracker.signal,
      ),
      startHousekeeping({
        ...common,
        choreTiming: this.#options.choreTiming ?? this.#timing,
        cluster,
        refresh,
        protection,
        derive: key => tracker.derive(key),
        ready: tracker.completed,
        signal: tracker.signal,
      }),
    );
    controllers.push(this.#startTurns(cluster, tracker));
    return tracker;
  }

  /** Queued clones have their turns where the lease is held. */
  #startTurns(cluster: ClusterConfig, tracker: ClusterTracker) {
    const turns = new CloneTurns({
      cluster: cluster.name,
      queue: this.#stores.clones,
      limits: cluster.clones ?? DEFAULT_CLONE_LIMITS,
      timing: this.#timing,
      signal: tracker.signal,
      isCurrent: () => tracker.status.connection === 'connected',
      carryOut: () => this.queue.carryOut,
      onChange: () => this.#listeners.tell(),
      onError: (what, error) =>
        this.#options.logger.warn(
          `${what} in cluster "${cluster.name}" could not be done and is tried again: ${error}`,
        ),
    });
    this.#turns.set(cluster.name, turns);
    const running = turns.run();
    return { consider: () => turns.wake(), settled: () => running };
  }
}
