import type { LoggerService } from '@backstage/backend-plugin-api';
import { setMaxListeners } from 'node:events';
import { DEFAULT_CLONE_LIMITS } from '../config/cloneLimits';
import type { ClusterConfig } from '../config/types';
import type {
  Fence,
  StatusStore,
  TrackedStore,
  TrackerStatus,
  ViewStore,
} from '../database';
import {
  RESOURCES,
  type ClusterClient,
  type ClusterWatcher,
} from '../kubernetes';
import { ClaimTrials } from './ClaimTrials';
import { ClusterFeeds } from './ClusterFeeds';
import { HistoryPruner } from './HistoryPruner';
import { Ingest } from './Ingest';
import { Projector, type DerivedRow } from './Projector';
import type { ProtectionLevels } from './ProtectionLevels';
import type { Timing } from './Timing';
import { clusterState } from './clusterState';
import { freshRecords } from './freshRecords';
import { feedKeyOf, recordOf } from './objectRecords';
import { isReadable, premisesOf, wouldSee } from './readable';
import { missingRights } from './rights';
import { KINDS } from './views';

const TICK_MS = 1_000;
const STATUS_INTERVAL_MS = 5_000;
const RIGHTS_INTERVAL_MS = 10 * 60_000;
const CLOCK_SET_BACK_MS = 2_000;
const EVENT_LIFE_MS = 60 * 60_000;

export interface ClusterTrackerOptions {
  cluster: ClusterConfig;
  client: ClusterClient & ClusterWatcher;
  views: ViewStore;
  tracked: TrackedStore;
  statuses: StatusStore;
  fence: Fence;
  timing: Timing;
  logger: LoggerService;
  idleTimeoutMs?: number;
  /** What is known of the protection of images. */
  protection: ProtectionLevels;
  onRelist: (resource: string) => void;
  onDerived: (rows: DerivedRow[]) => void;
  onChange: () => void;
  /** Whoever writes on behalf of this tracker comes to an end. */
  beforeEnd: () => Promise<void>;
  /** Of all clusters. */
  pruner: HistoryPruner;
}

/** Follows one cluster while its lease is held: its feeds, its rows and its status. */
export class ClusterTracker {
  readonly #options: ClusterTrackerOptions;
  readonly #abort = new AbortController();
  readonly #ingest: Ingest;
  readonly #projector: Projector;
  readonly #trials: ClaimTrials;
  readonly #feeds: ClusterFeeds;
  #status: TrackerStatus = { connection: 'connecting', missing: [] };
  #missingRights: { feature: string; reason: string }[] = [];
  #isChecking = false;
  readonly #background = new Set<Promise<void>>();
  /** Rows are derived from all that was listed, also since the last outage. */
  #isDerived = false;
  #catchingUp?: Promise<void>;
  #complete?: () => void;
  readonly #completed = new Promise<void>(resolve => {
    this.#complete = resolve;
  });

  constructor(options: ClusterTrackerOptions) {
    const { cluster, views, tracked, fence, timing } = options;
    this.#options = options;
    // Every feed, request and delay listens to it: that many are no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#trials = new ClaimTrials({
      client: options.client,
      timing,
      onRefusal: key => this.#projector.mark(key),
    });
    const onError = (error: unknown) => this.#abort.abort(error);
    this.#projector = new Projector({
      cluster: cluster.name,
      views,
      tracked,
      fence,
      nowMs: () => timing.nowMs(),
      context: () => ({
        imageNamespaces: cluster.imageNamespaces,
        cloneLimits: cluster.clones ?? DEFAULT_CLONE_LIMITS,
        longhornReadable: isReadable(
          this.#feeds.states,
          RESOURCES.longhornVolumes,
        ),
        persistentVolumesReadable: isReadable(
          this.#feeds.states,
          RESOURCES.persistentVolumes,
        ),
        dataVolumesReadable: isReadable(
          this.#feeds.states,
          RESOURCES.dataVolumes,
        ),
        claimRefusalOf: (key, uid) => this.#trials.refusalOf(key, uid),
        protectionOf: key => options.protection.of(key),
        isFollowed: namespace =>
          cluster.scope === 'cluster' || cluster.scope.includes(namespace),
        wouldSee: namespace => wouldSee(this.#feeds.states, namespace),
      }),
      onDerived: rows => {
        this.#trials.consider(rows);
        options.onDerived(rows);
      },
      onChange: options.onChange,
      onError,
      onUnderivable: (key, error) =>
        options.logger.error(
          `The row of ${key} in cluster "${cluster.name}" stays as it was: ${error}`,
        ),
    });
    this.#ingest = new Ingest({
      views,
      fence,
      keyOf: feedKeyOf,
      toRecord: (feed, object) => recordOf(feed, object, timing.nowMs()),
      onChanges: changes => this.#projector.changed(changes),
      onError,
    });
    this.#feeds = new ClusterFeeds({
      cluster,
      client: options.client,
      timing,
      sink: this.#ingest,
      idleTimeoutMs: options.idleTimeoutMs,
      onState: change => this.#heard(change),
      onRelist: options.onRelist,
    });
  }

  get status(): TrackerStatus {
    return { ...this.#status, protection: this.#options.protection.cluster };
  }

  /** Aborted as soon as nothing may be written any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves when every list is complete, refused or given up for now, and rows are derived from them. */
  get completed(): Promise<void> {
    return this.#completed;
  }

  /** Until the signal is aborted. Rejects when the database fails or the lease is lost. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#abort.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await this.#follow(this.#abort.signal);
    } finally {
      signal.removeEventListener('abort', stop);
      // Also when it failed before it began: others wait for this signal.
      this.#abort.abort();
      await this.#projector.close();
      await Promise.all(this.#background);
      await this.#options.beforeEnd();
      await this.#sayGoodbye();
    }
  }

  /** Reads one name from the cluster now and derives its row. */
  async refresh(namespace: string, name: string): Promise<void> {
    const { client, timing } = this.#options;
    await this.#ingest.read(() =>
      freshRecords(
        client,
        this.#feeds.feeds,
        { namespace, name },
        timing.nowMs(),
      ),
    );
    await this.#projector.derive(`${namespace}/${name}`);
  }

  /** Derives one row anew, of what was seen last. */
  derive(key: string) {
    this.#projector.mark(key);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { statuses, cluster } = this.#options;
    const before = (await statuses.read()).get(cluster.name)?.status;
    this.#status = { ...this.#status, observedAt: before?.observedAt };
    await this.#writeStatus();
    const tasks = [
      ...this.#feeds.follow(signal),
      this.#listenForHeartbeat(signal),
      this.#everySecond(signal),
    ];
    try {
      await Promise.all(tasks);
    } catch (error) {
      this.#abort.abort(error);
      throw signal.reason instanceof Error ? signal.reason : error;
    } finally {
      await Promise.allSettled(tasks);
    }
    // An abort by a failure within is an error; one from outside is a stop.
    if (isFailure(signal.reason)) throw signal.reason;
  }

  /** From when everything is known: until then the lists themselves tell. */
  async #listenForHeartbeat(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<void>(resolve => {
      signal.addEventListener('abort', () => resolve());
      if (signal.aborted) resolve();
    });
    await Promise.race([this.#completed, stopped]);
    await this.#feeds.listenForHeartbeat(signal);
  }

  #heard(change: () => void) {
    const readable = premisesOf(this.#feeds.states);
    change();
    this.#updateConnection();
    // Before, everything is derived anew when all is known.
    const isOpen = this.#complete === undefined;
    if (isOpen && readable !== premisesOf(this.#feeds.states)) {
      this.#inBackground(this.#projector.deriveAll());
    }
    this.#openWhenComplete();
    const { connection: now } = this.#status;
    if (isOpen && now === 'connecting' && !this.#catchingUp) {
      this.#catchUp(() => this.#ingest.flush());
    }
  }

  #openWhenComplete() {
    const complete = this.#complete;
    if (!complete) return;
    if (!this.#feeds.isComplete) return;
    this.#complete = undefined;
    this.#catchUp(async () => {
      await this.#ingest.forgetAllBut(this.#feeds.feeds);
      await this.#projector.open();
    }, complete);
  }

  #catchUp(takeIn: () => Promise<void>, done = () => {}) {
    const catchingUp = takeIn()
      .then(() => this.#projector.settled())
      .then(() => {
        done();
        // Else there was an outage meanwhile.
        if (this.#catchingUp !== catchingUp) return;
        this.#isDerived = true;
        this.#updateConnection();
      });
    this.#catchingUp = catchingUp;
    this.#inBackground(catchingUp);
  }

  /** It is waited for at the end: nothing is read or written after that. */
  #inBackground(work: Promise<void>) {
    const done = work
      .catch(error => this.#abort.abort(error))
      .finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  #updateConnection() {
    const { connection } = this.#status;
    this.#updateStatus();
    if (this.#status.connection === 'unreachable') {
      this.#isDerived = false;
      this.#catchingUp = undefined;
    }
    if (connection === this.#status.connection) return;
    this.#options.onChange();
    this.#logConnection();
  }

  #updateStatus() {
    const status = clusterState(
      this.#feeds.states,
      this.#status,
      this.#options.timing.nowMs(),
      this.#isDerived,
    );
    this.#status = {
      ...status,
      missing: [...status.missing, ...this.#missingRights],
    };
  }

  #logConnection() {
    const { cluster, logger } = this.#options;
    const { connection, message } = this.#status;
    const words = `Cluster "${cluster.name}" is ${connection}`;
    if (connection === 'unreachable') logger.warn(`${words}: ${message}`);
    else logger.info(words);
  }

  async #everySecond(signal: AbortSignal): Promise<void> {
    const { timing } = this.#options;
    let statusAtMs = -Infinity;
    let rightsAtMs = -Infinity;
    let aheadMs = timing.nowMs() - timing.elapsedMs();
    let connection: string | undefined;
    while (!signal.aborted) {
      const nowMs = timing.nowMs();
      const elapsedMs = timing.elapsedMs();
      // What is due was noted by a clock that has been set back since.
      if (nowMs - elapsedMs < aheadMs - CLOCK_SET_BACK_MS) {
        await this.#projector.deriveAll();
      }
      aheadMs = nowMs - elapsedMs;
      await this.#projector.deriveDue();
      if (
        this.#status.connection === 'connected' &&
        elapsedMs - rightsAtMs >= RIGHTS_INTERVAL_MS
      ) {
        rightsAtMs = elapsedMs;
        // One review after the other, of every namespace: nothing waits for them.
        this.#inBackground(this.#checkRights(signal));
        await this.#forgetOldEvents(nowMs);
      }
      if (
        connection !== this.#status.connection ||
        elapsedMs - statusAtMs >= STATUS_INTERVAL_MS
      ) {
        statusAtMs = elapsedMs;
        connection = this.#status.connection;
        await this.#writeStatus();
      }
      await this.#options.pruner.pass(elapsedMs, nowMs);
      await quietly(timing.delay(TICK_MS, signal));
    }
  }

  async #checkRights(signal: AbortSignal) {
    const { client, cluster } = this.#options;
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      // What was known stays so where reviews are not answered.
      this.#missingRights =
        (await missingRights(client, cluster, signal)) ?? this.#missingRights;
      this.#updateStatus();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isChecking = false;
    }
  }

  async #forgetOldEvents(nowMs: number) {
    const { views, cluster } = this.#options;
    const old = await views.keysSeenBefore(
      cluster.name,
      KINDS.event,
      nowMs - EVENT_LIFE_MS,
    );
    await this.#ingest.take(old);
  }

  /** Until the next tracker is there, nobody knows more; a lost lease has a new writer. */
  async #sayGoodbye() {
    this.#status = { ...this.#status, connection: 'connecting' };
    await this.#writeStatus().catch(() => undefined);
  }

  async #writeStatus() {
    const { statuses, fence, timing } = this.#options;
    await statuses.write(fence, this.status, timing.nowMs());
  }
}

async function quietly(delay: Promise<void>): Promise<void> {
  await delay.catch(() => undefined);
}

function isFailure(reason: unknown): reason is Error {
  return reason instanceof Error && reason.name !== 'AbortError';
}
