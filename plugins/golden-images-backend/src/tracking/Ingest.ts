import type {
  FeedKey,
  Fence,
  KeptView,
  ViewChange,
  ViewDeletion,
  ViewRecord,
  ViewStore,
} from '../database';
import type { KubernetesObject } from '../kubernetes';
import type { Feed, FeedSink } from './Reflector';

/** The record of an object, or nothing when it is of no interest. */
export type ToRecord = (
  feed: Feed,
  object: KubernetesObject,
) => ViewRecord | ViewDeletion;

const MAX_PENDING = 1_000;

const idOf = ({ kind, objectKey }: ViewDeletion) => `${kind} ${objectKey}`;

/**
 * Writes what the reflectors hear into the database. While one batch is being
 * written the next collects, the last word on each object only; a reflector
 * that is too fast waits.
 */
export class Ingest implements FeedSink {
  readonly #views: ViewStore;
  readonly #fence: Fence;
  readonly #toRecord: ToRecord;
  readonly #keyOf: (feed: Feed) => FeedKey;
  readonly #onChanges: (changes: ViewChange[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #pending = new Map<string, ViewRecord | ViewDeletion>();
  #putCount = 0;
  /** How many of those are written. */
  #writtenCount = 0;
  #batch?: Promise<void>;
  #writing?: Promise<void>;
  /** Of each single read that is on its way: what feeds have said since it began. */
  readonly #heardMeanwhile = new Set<Map<string, ViewRecord | ViewDeletion>>();
  /** Of each list that is being read: what was kept before it began and has not come again. */
  readonly #missing = new Map<string, Map<string, KeptView>>();

  constructor(options: {
    views: ViewStore;
    fence: Fence;
    toRecord: ToRecord;
    keyOf: (feed: Feed) => FeedKey;
    onChanges: (changes: ViewChange[]) => Promise<void>;
    /** A batch is lost: only a new list helps. */
    onError: (error: unknown) => void;
  }) {
    this.#views = options.views;
    this.#fence = options.fence;
    this.#toRecord = options.toRecord;
    this.#keyOf = options.keyOf;
    this.#onChanges = options.onChanges;
    this.#onError = options.onError;
  }

  async listStarted(feed: Feed) {
    await this.flush();
    const kept = await this.#views.keysOfFeed(
      this.#fence.cluster,
      this.#keyOf(feed),
    );
    this.#missing.set(feed.id, new Map(kept.map(view => [idOf(view), view])));
  }

  async listed(feed: Feed, objects: KubernetesObject[]) {
    const missing = this.#missing.get(feed.id);
    for (const object of objects) {
      const record = this.#toRecord(feed, object);
      const kept = missing?.get(idOf(record));
      if (kept && isSame(kept, record)) missing?.delete(idOf(record));
      else this.#put(record);
    }
    await this.flush();
  }

  async listEnded(feed: Feed) {
    await this.flush();
    const missing = this.#missing.get(feed.id);
    this.#missing.delete(feed.id);
    for (const { kind, objectKey, uid } of missing?.values() ?? []) {
      this.#put({ kind, objectKey, uid });
    }
    await this.flush();
  }

  async changed(
    feed: Feed,
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    object: KubernetesObject,
  ) {
    const record = this.#toRecord(feed, object);
    for (const heard of this.#heardMeanwhile) heard.set(idOf(record), record);
    if (type === 'DELETED') this.#delete(record);
    else this.#put(record);
    this.#write().catch(this.#onError);
    if (this.#pending.size >= MAX_PENDING) {
      await this.flush().catch(() => undefined);
    }
  }

  /**
   * Reads objects one by one. A watch may tell of a change while the answer is
   * on its way, and must not be overwritten by it: it would not tell again.
   */
  async read(
    read: () => Promise<(ViewRecord | ViewDeletion)[]>,
  ): Promise<void> {
    const heard = new Map<string, ViewRecord | ViewDeletion>();
    this.#heardMeanwhile.add(heard);
    try {
      const records = await read();
      await this.take(
        records.filter(record => isNews(record, heard.get(idOf(record)))),
      );
    } finally {
      this.#heardMeanwhile.delete(heard);
    }
  }

  /** Objects that are of no interest any more, or are known to be gone. */
  async take(records: (ViewRecord | ViewDeletion)[]) {
    records.forEach(record => this.#put(record));
    await this.flush();
  }

  /** Objects of lists that are not followed any more. */
  async forgetAllBut(feeds: Feed[]) {
    const gone = await this.#views.keysOutsideFeeds(
      this.#fence.cluster,
      feeds.map(feed => feed.id),
    );
    await this.take(gone);
  }

  /** Resolves when everything that came before is written. Rejects as the database does. */
  async flush(): Promise<void> {
    const count = this.#putCount;
    while (this.#writtenCount < count) {
      // Its failure is that of one of its batches.
      this.#write().catch(() => undefined);
      await this.#batch;
    }
  }

  /** What is pending may be of another object of that name. */
  #delete({ kind, objectKey, uid }: ViewRecord | ViewDeletion) {
    const pending = this.#pending.get(idOf({ kind, objectKey }));
    if (!pending) this.#put({ kind, objectKey, uid });
    // Else a newer one was read.
    else if (!('document' in pending) || pending.uid === uid) {
      // The deletion of what is kept may have been pending before it.
      this.#put({ kind, objectKey });
    }
  }

  #put(record: ViewRecord | ViewDeletion) {
    const id = idOf(record);
    this.#putCount += 1;
    this.#pending.set(id, record);
    if ('document' in record) this.#missing.get(record.feed)?.delete(id);
  }

  #write(): Promise<void> {
    if (!this.#writing && this.#pending.size > 0) {
      this.#writing = this.#writePending();
    }
    return this.#writing ?? Promise.resolve();
  }

  async #writePending() {
    try {
      while (this.#pending.size > 0) {
        this.#batch = this.#writeBatch();
        await this.#batch;
      }
    } finally {
      // In the same turn as the last look at what is pending: nothing that comes later is left lying.
      this.#writing = undefined;
    }
  }

  async #writeBatch() {
    const count = this.#putCount;
    const batch = [...this.#pending.values()];
    this.#pending = new Map();
    const changes = await this.#views.apply(
      this.#fence,
      batch.filter(record => 'document' in record),
      batch.filter(record => !('document' in record)),
    );
    if (changes.length > 0) await this.#onChanges(changes);
    this.#writtenCount = count;
  }
}

/**
 * Versions of one kind of object are whole numbers that grow (Kubernetes 1.35
 * promises it). Where they cannot be compared, the watch has the last word.
 */
function isNews(
  read: ViewRecord | ViewDeletion,
  heard: ViewRecord | ViewDeletion | undefined,
): boolean {
  if (!heard) return true;
  if (!('document' in read) || !('document' in heard)) return false;
  const [ours, theirs] = [read, heard].map(({ resourceVersion }) =>
    Number(resourceVersion),
  );
  return ours > theirs;
}

function isSame(kept: KeptView, record: ViewRecord | ViewDeletion): boolean {
  return (
    'document' in record &&
    kept.uid === record.uid &&
    kept.resourceVersion === record.resourceVersion
  );
}
