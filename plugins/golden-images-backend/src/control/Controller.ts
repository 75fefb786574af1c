import type { LoggerService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import { demandsVerification, type ClusterConfig } from '../config';
import type { ActivityStore, TrackedStore } from '../database';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
} from '../kubernetes';
import {
  backoffMs,
  deadlineMsOf,
  isOurImage,
  ownerMetadata,
  type DerivedRow,
  type Joiner,
  type Timing,
} from '../tracking/rows';
import { AliasMover, readyVersionOf } from './AliasMover';
import { Releaser } from './Releaser';
import { releaseRefusal } from './releaseRefusal';
import { isSettled } from './planAlias';
import { planIdentity } from './planIdentity';

export interface ControllerOptions {
  client: ClusterClient;
  cluster: ClusterConfig;
  tracked: TrackedStore;
  joiner: Joiner;
  activity: ActivityStore;
  timing: Timing;
  logger: LoggerService;
  /**
   * Whether everything that rows are derived from is followed just now. After
   * an outage one list may be current while another is still an old world.
   */
  isCurrent: () => boolean;
  /** Reads and derives this name anew after a write. */
  refresh: (namespace: string, name: string) => Promise<void>;
}

/**
 * Does in one cluster what must happen after the caller has gone: writes the
 * identity of what has become ready, moves aliases, ends what has run out of
 * time. Every decision comes from the objects as they are, so a restart
 * between two writes changes nothing; one write at a time.
 */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #aliases: AliasMover;
  readonly #releaser: Releaser;
  readonly #queue = new Map<string, DerivedRow>();
  readonly #failures = new Map<string, number>();
  /** What waits after a failure. */
  readonly #blocked = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #signal: AbortSignal;
  #working?: Promise<void>;

  /** Writes nothing more once the signal is aborted: the lease may be another's. */
  constructor(options: ControllerOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#aliases = new AliasMover(options);
    this.#releaser = new Releaser(options.client, () => options.timing.nowMs());
  }

  consider(rows: DerivedRow[]) {
    for (const row of rows) {
      if (!this.#blocked.has(row.key)) this.#queue.set(row.key, row);
    }
    this.#start();
  }

  /** Resolves when nothing is left to do at once. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  #start() {
    if (this.#signal.aborted || this.#working || this.#queue.size === 0) return;
    this.#working = this.#work();
  }

  async #work() {
    try {
      // A row that comes meanwhile is appended, and its turn comes too.
      for (const row of this.#queue.values()) {
        if (this.#signal.aborted) return;
        this.#queue.delete(row.key);
        await this.#attempt(row);
      }
    } finally {
      this.#working = undefined;
    }
  }

  async #attempt(row: DerivedRow) {
    try {
      if (await this.#step(row)) {
        const { namespace, name } = row.joined;
        await this.#options.refresh(namespace, name);
      }
      this.#failures.delete(row.key);
    } catch (error) {
      if (!this.#signal.aborted) this.#retryLater(row, error);
    }
  }

  /** The one write that is due for this row; `true` when there was one. */
  async #step(row: DerivedRow): Promise<boolean> {
    return (
      (await this.#writeIdentity(row)) ||
      (await this.#moveAlias(row)) ||
      (await this.#endOverdue(row))
    );
  }

  async #writeIdentity(row: DerivedRow): Promise<boolean> {
    const { client, timing } = this.#options;
    const annotations = planIdentity(row, timing.nowMs());
    const owner = ownerMetadata(row.joined);
    if (!annotations || !owner) return false;
    const type = row.joined.dataVolume
      ? RESOURCES.dataVolumes
      : RESOURCES.claims;
    const { namespace, name, uid, resourceVersion } = owner;
    await client.patch(
      { type, namespace, name },
      { metadata: { annotations } },
      { uid, resourceVersion },
    );
    await this.#note(row, 'became-ready', `${name} is ready`);
    return true;
  }

  async #moveAlias(row: DerivedRow): Promise<boolean> {
    const { object } = row.record.tracked;
    if (object.kind !== 'image' || object.state !== 'ready') return false;
    if (!isOurImage(row.joined)) return false;
    // What was heard of the alias last spares asking in most cases.
    const version = readyVersionOf(row.joined);
    if (!version || (row.alias && isSettled(version, row.alias))) return false;
    const alias = `${object.namespace}/${object.image}`;
    const moved = await this.#aliases.move(object.namespace, object.image);
    if (moved === 'foreign') {
      if (!this.#foreign.has(alias)) {
        this.#foreign.add(alias);
        this.#options.logger.warn(
          `The DataSource ${alias} was not made here and is left alone: the image has no current version`,
        );
      }
      return false;
    }
    if (!moved) return false;
    if (moved.claimName) {
      await this.#note(
        row,
        'current-moved',
        `${moved.claimName} is the current version of ${object.image}`,
      );
    } else if (
      !version.verified &&
      demandsVerification(this.#options.cluster, object.namespace)
    ) {
      await this.#note(
        row,
        'not-verified',
        `${object.name} does not become the current version of ${object.image}, and cannot be cloned: its bytes are not verified`,
      );
    }
    return true;
  }

  async #endOverdue(row: DerivedRow): Promise<boolean> {
    const { tracked } = row.record;
    const { object } = tracked;
    const deadlineMs = deadlineMsOf(row.joined);
    const overdue =
      deadlineMs !== undefined && deadlineMs <= this.#options.timing.nowMs();
    if (!overdue || releaseRefusal(tracked)) return false;
    if (!this.#options.isCurrent()) {
      // It may have become ready, or come into use, unseen.
      throw new ServiceUnavailableError(
        'its time is over, but the cluster is not wholly seen now',
      );
    }
    const result = await this.#releaser.release({
      namespace: object.namespace,
      name: object.name,
      kind: object.kind,
      uid: tracked.ownerUid,
    });
    if (result.outcome === 'kept') return false;
    await this.#note(
      row,
      'deadline-passed',
      `${object.name} was not ready in time and was deleted, as asked for`,
    );
    return true;
  }

  async #note(row: DerivedRow, action: string, message: string) {
    const { activity, client, timing } = this.#options;
    const { object } = row.record.tracked;
    await activity.add({
      cluster: client.clusterName,
      namespace: row.joined.namespace,
      name: row.joined.name,
      kind: object.kind,
      entityRef: object.kind === 'volume' ? object.entityRef : undefined,
      uid: ownerMetadata(row.joined)?.uid,
      action,
      message,
      at: new Date(timing.nowMs()).toISOString(),
    });
  }

  #retryLater(row: DerivedRow, error: unknown) {
    const { timing, logger } = this.#options;
    const failures = (this.#failures.get(row.key) ?? 0) + 1;
    this.#failures.set(row.key, failures);
    this.#blocked.add(row.key);
    const conflict =
      error instanceof KubernetesApiError && error.status === 409;
    // That somebody else was faster is ordinary.
    if (!conflict && failures === 1) {
      logger.warn(
        `What is due for ${row.key} could not be done and is tried again: ${error}`,
      );
    }
    const retry = async () => {
      const ms = backoffMs({
        failures: conflict ? 1 : failures,
        random: timing.random(),
      });
      await timing.delay(ms, this.#signal);
      this.#blocked.delete(row.key);
      const { namespace, name } = row.joined;
      await this.#options.refresh(namespace, name);
    };
    retry().catch(again => {
      if (!this.#signal.aborted) this.#retryLater(row, again);
    });
  }
}
