import type { Image } from '@golden-images/plugin-golden-images-common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Fence,
  TrackedRecord,
  TrackedStore,
  ViewChange,
  ViewStore,
} from '../database';
import { AffectedKeys } from './AffectedKeys';
import { Dirty } from './Dirty';
import { Joiner } from './Joiner';
import { NeighbourLoader } from './NeighbourLoader';
import { historyOf } from './history';
import { deriveRow, type DeriveContext } from './deriveRow';
import { KINDS, type DataSourceView, type Joined } from './views';

const BATCH_SIZE = 500;

/** A row that was derived just now, with all that it was derived from. */
export interface DerivedRow {
  key: string;
  joined: Joined;
  record: TrackedRecord;
  /** Of an image: the DataSource of its name, as it was last seen. */
  alias?: DataSourceView;
  /** CDI makes no claim, and nothing says why. */
  needsDryRun: boolean;
}

/** Rows that were derived together. */
interface Batch {
  keys: Set<string>;
  /** Those who wait for one of them. */
  askers: (() => void)[];
  previous: Map<string, TrackedRecord>;
  rows: DerivedRow[];
  /** The same, by `namespace/name`. */
  derived: Map<string, TrackedRecord>;
  /** Keys whose row goes. */
  removed: string[];
  /** Those of them of which nothing is left in the cluster. */
  gone: string[];
}

export interface ProjectorOptions {
  cluster: string;
  views: ViewStore;
  tracked: TrackedStore;
  fence: Fence;
  context: () => DeriveContext;
  nowMs: () => number;
  /** Called after the rows are written, also for those that came out as before. */
  onDerived: (rows: DerivedRow[]) => void;
  onChange: () => void;
  onError: (error: unknown) => void;
  /** One object that cannot be understood must not stop the others. */
  onUnderivable: (key: string, error: unknown) => void;
}

/**
 * Keeps the rows of one cluster as its objects are: derives again what a
 * change concerns, and what is due because time has passed. While one batch is
 * derived, the next collects.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #affected: AffectedKeys;
  readonly #joiner: Joiner;
  readonly #neighbours: NeighbourLoader;
  readonly #dirty = new Dirty();
  /** Of a dirty key: who waits for its row. */
  readonly #askers = new Map<string, (() => void)[]>();
  readonly #unanswered = new Set<() => void>();
  #open = false;
  #isClosed = false;
  #working?: Promise<void>;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#affected = new AffectedKeys(options, options.cluster);
    this.#joiner = new Joiner(options.views, options.cluster);
    this.#neighbours = new NeighbourLoader(options, options.cluster);
  }

  /** Takes note of changed objects; rows follow once all lists are complete. */
  async changed(changes: ViewChange[]): Promise<void> {
    // When it opens everything is derived anew.
    if (this.#open) this.#dirty.add(await this.#affected.of(changes));
    if (changes.some(change => change.kind === KINDS.namespace)) {
      this.#options.onChange();
    }
    this.#start();
  }

  /**
   * All lists are complete: before that, a claim whose volume has not been
   * listed yet would look as if it had lost it.
   */
  async open(): Promise<void> {
    const { cluster, tracked } = this.#options;
    if (this.#isClosed) return;
    this.#open = true;
    await this.deriveAll();
    this.#dirty.add(await tracked.allKeys(cluster));
    this.#start();
  }

  /** Ends after the batch at hand, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#open = false;
    await this.#working;
    this.#unanswered.forEach(answer => answer());
  }

  /** Derives every row anew, as when a right was given or taken. */
  async deriveAll(): Promise<void> {
    const { cluster, views } = this.#options;
    const kinds = [KINDS.dataVolume, KINDS.claim];
    this.#dirty.add(await views.keysOfKinds(cluster, kinds));
    this.#start();
  }

  /** Rows for which time alone changes the answer. */
  async deriveDue(): Promise<void> {
    const { cluster, tracked, nowMs } = this.#options;
    if (!this.#open) return;
    this.#dirty.add(await tracked.dueKeys(cluster, nowMs(), BATCH_SIZE));
    this.#start();
  }

  /** Derives this row soon. */
  mark(key: string) {
    this.#dirty.add([key]);
    this.#start();
  }

  /** Derives this row and waits for it, and for no other; not before rows are derived at all. */
  async derive(key: string): Promise<void> {
    this.#dirty.add([key]);
    if (!this.#open) return;
    const answered = new Promise<void>(resolve => {
      this.#askers.set(key, [...(this.#askers.get(key) ?? []), resolve]);
      this.#unanswered.add(resolve);
    });
    this.#start();
    await answered;
  }

  /** Resolves when nothing is left to derive, or nothing may be derived yet. */
  async settled(): Promise<void> {
    this.#start();
    while (this.#open && this.#working) await this.#working;
  }

  #start() {
    if (!this.#open || this.#working || this.#dirty.size === 0) return;
    this.#working = this.#work();
  }

  /** While one batch is being written, the next is read and derived. */
  async #work() {
    let written: Batch | undefined;
    let writing: Promise<void> | undefined;
    try {
      for (;;) {
        const keys = this.#open ? this.#dirty.take(BATCH_SIZE) : [];
        const before = written;
        // A row is derived from what was remembered of it last.
        if (keys.some(key => before?.keys.has(key))) await writing;
        const askers = this.#askersOf(keys);
        const batch =
          keys.length > 0 ? await this.#derive(keys, askers) : undefined;
        await writing;
        written = batch;
        writing = this.#write(batch, before);
        // Its failure is heard when it is waited for.
        writing.catch(() => undefined);
        if (batch) await nextTurn();
        else {
          // What was written last may have made others dirty.
          await writing;
          if (!this.#open || this.#dirty.size === 0) return;
        }
      }
    } catch (error) {
      this.#options.onError(error);
    } finally {
      // In the same turn as the last look at what is dirty: nothing that comes later is left lying.
      this.#working = undefined;
    }
  }

  /** Whoever asks from now on waits for the next derivation. */
  #askersOf(keys: string[]): (() => void)[] {
    return keys.flatMap(key => {
      const askers = this.#askers.get(key) ?? [];
      this.#askers.delete(key);
      return askers;
    });
  }

  async #derive(keys: string[], askers: (() => void)[]): Promise<Batch> {
    const { cluster, tracked, nowMs } = this.#options;
    const joined = await this.#joiner.load(keys);
    const previous = await tracked.load(cluster, keys);
    const neighbours = await this.#neighbours.load([...joined.values()]);
    const rows: DerivedRow[] = [];
    const untouched = new Set<string>();
    for (const [key, parts] of joined) {
      const around = neighbours(key);
      try {
        const row = deriveRow({
          cluster,
          joined: parts,
          memory: previous.get(key)?.memory,
          neighbours: around,
          context: this.#options.context(),
          nowMs: nowMs(),
        });
        if (row) {
          rows.push({ key, joined: parts, alias: around.alias, ...row });
        }
      } catch (error) {
        untouched.add(key);
        this.#options.onUnderivable(key, error);
      }
    }
    const derived = new Map(rows.map(row => [row.key, row.record]));
    const removed = [...previous.keys()].filter(
      key => !derived.has(key) && !untouched.has(key),
    );
    const gone = removed.filter(key => !joined.has(key) && this.#wouldSee(key));
    const batch = { previous, rows, derived, removed, gone };
    return { keys: new Set(keys), askers, ...batch };
  }

  /**
   * @param before - the batch that was written last: what it concerns may be in
   *   this one, which had been read by then
   */
  async #write(batch: Batch | undefined, before: Batch | undefined) {
    if (batch) await this.#writeRows(batch);
    for (const answer of batch?.askers ?? []) {
      this.#unanswered.delete(answer);
      answer();
    }
    if (before) await this.#markConcerned(before);
  }

  async #writeRows({ rows, previous, removed, gone }: Batch) {
    const { tracked, fence, nowMs } = this.#options;
    const changes = rows.filter(({ key, record }) =>
      differs(previous.get(key), record),
    );
    const at = new Date(nowMs()).toISOString();
    const history = [
      ...changes.flatMap(({ key, record }) =>
        historyOf(previous.get(key), record, at),
      ),
      ...gone.flatMap(key => historyOf(previous.get(key), undefined, at)),
    ];
    const changed = changes.map(row => row.record);
    await tracked.write(fence, changed, removed, history);
    if (changed.length > 0 || removed.length > 0) this.#options.onChange();
    this.#options.onDerived(rows);
  }

  #wouldSee(key: string): boolean {
    return this.#options.context().wouldSee(key.split('/')[0]);
  }

  /** Clones show facts of their image, so they follow when those change. */
  async #markConcerned({ keys, previous, derived }: Batch) {
    const concerned = [...keys].filter(
      key =>
        shownByClones(previous.get(key)) !== shownByClones(derived.get(key)),
    );
    this.#dirty.add(await this.#affected.ofSources(concerned));
    const moved = [...keys].flatMap(key => {
      const before = imageOf(previous.get(key));
      const after = imageOf(derived.get(key));
      return before?.current === after?.current
        ? []
        : [before, after].flatMap(image =>
            image ? `${image.namespace}/${image.image}` : [],
          );
    });
    if (moved.length > 0) this.#dirty.add(await this.#clonesOfImages(moved));
  }

  async #clonesOfImages(images: string[]): Promise<string[]> {
    const { cluster, tracked } = this.#options;
    const versions = await tracked.versionsOf(cluster, images);
    return this.#affected.ofSources(
      versions.map(
        ({ tracked: { object } }) => `${object.namespace}/${object.name}`,
      ),
    );
  }
}

function differs(
  before: TrackedRecord | undefined,
  after: TrackedRecord,
): boolean {
  return before === undefined || comparable(before) !== comparable(after);
}

function comparable(record: TrackedRecord): string {
  const { object } = record.tracked;
  return JSON.stringify([
    { ...record.tracked, object: { ...object, observedAt: undefined } },
    record.memory,
    record.kubernetesId ?? null,
    record.labels ?? null,
    record.sourceKey ?? null,
    record.dueAtMs ?? null,
    record.slotUntilMs ?? null,
  ]);
}

function imageOf(record: TrackedRecord | undefined): Image | undefined {
  const object = record?.tracked.object;
  return object?.kind === 'image' ? object : undefined;
}

function shownByClones(record: TrackedRecord | undefined): string | undefined {
  const object = record?.tracked.object;
  if (!object) return undefined;
  const image = imageOf(record);
  return JSON.stringify([
    object.uid,
    object.state,
    image?.image,
    image?.version,
    image?.verified,
  ]);
}
