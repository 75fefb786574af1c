import type { CloneLimits } from '../config/cloneLimits';
import type { CarryOut } from '../control';
import type {
  CloneQueueStore,
  CloneRequestRow,
  NewCloneRequest,
} from '../database';
import type { Timing } from './Timing';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

export interface Entered {
  /** `admitted`: write it now, and say so; `taken`: there is a request of this name. */
  outcome: 'admitted' | 'waiting' | 'taken';
  row: CloneRequestRow;
}

/** Accepted clones that wait for their turn. */
export interface CloneQueue {
  enter(entry: Omit<NewCloneRequest, 'expiresAtMs'>): Promise<Entered>;
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

/** The queue of all clusters, in the database. */
export class DatabaseCloneQueue implements CloneQueue {
  readonly #options: QueueOptions;
  carryOut?: CarryOut;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  async enter(entry: Omit<NewCloneRequest, 'expiresAtMs'>): Promise<Entered> {
    const { store, timing, limitsOf, isCurrent, wake, onChange } =
      this.#options;
    const limits = limitsOf(entry.cluster);
    const nowMs = timing.nowMs();
    const entered = await store.enter(
      { ...entry, expiresAtMs: nowMs + limits.maxWaitMs },
      { ...limits, mayAdmit: await isCurrent(entry.cluster) },
      nowMs,
    );
    if (entered.outcome === 'waiting') {
      wake(entry.cluster);
      onChange();
    }
    return entered;
  }

  async find(key: Key) {
    return this.#options.store.find(key);
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
}
