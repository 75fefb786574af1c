import type { Volume } from '@golden-images/plugin-golden-images-common';
import { Batches } from '../batching';
import type { CloneLimits } from '../config/cloneLimits';
import type { CarryOut } from '../control';
import {
  asQueuedVolume,
  type CloneQueueStore,
  type CloneRequestRow,
  type EnteredClone,
  type NewCloneRequest,
} from '../database';
import type { Timing } from './Timing';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

/** `admitted`: write it now, and say so; `taken`: there is a request of this name. */
export type Entered = EnteredClone;

/** A clone to be accepted. */
export type NewEntry = Omit<NewCloneRequest, 'expiresAtMs'>;

/** Accepted clones that wait for their turn. */
export interface CloneQueue {
  enter(entry: NewEntry): Promise<Entered>;
  /**
   * Many of one cluster in one transaction, in their order, each with its own
   * end. Only if that fails they are accepted one by one.
   *
   * @param entries - at most 500
   */
  enterAll(
    cluster: string,
    entries: NewEntry[],
  ): Promise<PromiseSettledResult<Entered>[]>;
  /** How a request is shown now, with its place where it waits. */
  show(row: CloneRequestRow): Promise<Volume>;
  find(key: Key): Promise<CloneRequestRow | undefined>;
  /** What was admitted exists now. */
  written(row: CloneRequestRow, uid: string): Promise<void>;
  /** What was admitted will not be written. */
  drop(row: CloneRequestRow): Promise<void>;
  /** Takes back what nothing was written for; `false` when it is too late. */
  cancel(row: CloneRequestRow): Promise<boolean>;
  /** How many wait, by cluster. */
  countWaiting(): Promise<Map<string, number>>;
  /** Who writes a clone whose turn has come; until this is known nobody has a turn. */
  carryOutWith(carryOut: CarryOut): void;
}

interface QueueOptions {
  store: CloneQueueStore;
  timing: Timing;
  limitsOf: (cluster: string) => CloneLimits;
  /** Running copies are all known here, so that a free slot is one. */
  isCurrent: (cluster: string) => Promise<boolean>;
  /** Somebody waits, or a slot may be free. */
  wake: (cluster: string) => void;
  onChange: () => void;
}

/**
 * The queue of all clusters, in the database. What is asked of it at the same
 * time is asked of the database in one statement, or written in one
 * transaction, in the order in which it came.
 */
export class DatabaseCloneQueue implements CloneQueue {
  readonly #options: QueueOptions;
  readonly #entries: Batches<NewEntry, Entered>;
  readonly #finds: Batches<Key, CloneRequestRow | undefined>;
  readonly #places: Batches<number, number | undefined>;
  carryOut?: CarryOut;

  constructor(options: QueueOptions) {
    const { store } = options;
    this.#options = options;
    this.#entries = new Batches((entries, cluster) =>
      this.#enterAll(cluster, entries),
    );
    this.#finds = new Batches(async (keys, cluster) => {
      const rows = await store.find(cluster, keys);
      const byKey = new Map(rows.map(row => [pathOf(row), row]));
      return keys.map(key => byKey.get(pathOf(key)));
    });
    this.#places = new Batches(async (ids, cluster) => {
      const places = await store.placesOf(cluster, ids);
      return ids.map(id => places.get(id));
    });
  }

  async enter(entry: NewEntry): Promise<Entered> {
    return this.#entries.get(entry.cluster, entry);
  }

  async enterAll(cluster: string, entries: NewEntry[]) {
    return Promise.allSettled(await this.#enterAll(cluster, entries));
  }

  async find(key: Key) {
    return this.#finds.get(key.cluster, key);
  }

  async show(row: CloneRequestRow) {
    const place =
      row.state === 'waiting'
        ? await this.#places.get(row.cluster, row.id)
        : undefined;
    return asQueuedVolume(row, place);
  }

  async written(row: CloneRequestRow, uid: string) {
    const { store, timing } = this.#options;
    await store.written(row.id, uid, timing.nowMs());
  }

  async drop(row: CloneRequestRow) {
    const { store, wake } = this.#options;
    await store.drop(row.id);
    wake(row.cluster);
  }

  async cancel(row: CloneRequestRow) {
    const { store, wake, onChange } = this.#options;
    const cancelled = await store.cancel(row.id);
    if (cancelled) {
      wake(row.cluster);
      onChange();
    }
    return cancelled;
  }

  async countWaiting() {
    return this.#options.store.countWaiting();
  }

  carryOutWith(carryOut: CarryOut) {
    this.carryOut = carryOut;
  }

  /** One that cannot be written must not take the others along. */
  async #enterAll(cluster: string, entries: NewEntry[]) {
    try {
      return await this.#enterTogether(cluster, entries);
    } catch (error) {
      if (entries.length === 1) return [Promise.reject(error)];
      const results: Promise<Entered>[] = [];
      for (const entry of entries) {
        const alone = this.#enterTogether(cluster, [entry]);
        await Promise.allSettled([alone]);
        results.push(alone.then(([entered]) => entered));
      }
      return results;
    }
  }

  async #enterTogether(
    cluster: string,
    entries: NewEntry[],
  ): Promise<Entered[]> {
    const { store, timing, limitsOf, isCurrent, wake, onChange } =
      this.#options;
    const limits = limitsOf(cluster);
    const nowMs = timing.nowMs();
    const { entered, anySlotFree } = await store.enter(
      cluster,
      entries.map(entry => ({
        ...entry,
        expiresAtMs: nowMs + limits.maxWaitMs,
      })),
      { ...limits, mayAdmit: await isCurrent(cluster) },
      nowMs,
    );
    if (entered.some(({ outcome }) => outcome === 'waiting')) {
      // Where there is none, the end of a copy wakes.
      if (anySlotFree) wake(cluster);
      onChange();
    }
    return entered;
  }
}

function pathOf({ namespace, name }: Omit<Key, 'cluster'>): string {
  return `${namespace}/${name}`;
}
