import { EventLog, type StoreEvent } from './watchCache';
import { resourceKey, type ResourceDefinition } from './resources';
import type { KubeObject } from './types';

/** One revision of an object. Never changed after it was stored. */
export class StoredObject {
  readonly key: string;
  readonly object: KubeObject;
  readonly revision: number;
  #json?: string;

  constructor(key: string, object: KubeObject, revision: number) {
    this.key = key;
    this.object = object;
    this.revision = revision;
  }

  /** Written once per revision, however many lists and watches send it. */
  get json(): string {
    this.#json ??= JSON.stringify(this.object);
    return this.#json;
  }

  /** A copy that may be changed. */
  clone(): KubeObject {
    return JSON.parse(this.json);
  }

  /** The same state under the revision of a later change. */
  withRevision(revision: number): StoredObject {
    const { metadata } = this.object;
    return new StoredObject(
      this.key,
      {
        ...this.object,
        metadata: { ...metadata, resourceVersion: String(revision) },
      },
      revision,
    );
  }
}

export type CommitListener = (
  collection: Collection,
  event: StoreEvent,
) => void;

/** The objects of one resource, in the order of etcd's keys, with their history. */
export class Collection {
  readonly type: ResourceDefinition;
  readonly log: EventLog;
  readonly #objects = new Map<string, StoredObject>();
  readonly #keys: string[] = [];

  constructor(type: ResourceDefinition, log: EventLog) {
    this.type = type;
    this.log = log;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  get size() {
    return this.#objects.size;
  }

  /** All objects, or those of one namespace, in order of their keys. */
  list(namespace?: string): StoredObject[] {
    const [from, to] = this.#range(namespace);
    const found: StoredObject[] = [];
    for (let index = from; index < to; index++) {
      const stored = this.#objects.get(this.#keys[index]);
      if (stored) found.push(stored);
    }
    return found;
  }

  /** As `list`, as it was at an earlier revision; `undefined` when that is forgotten. */
  listAt(revision: number, namespace?: string): StoredObject[] | undefined {
    const events = this.log.since(revision);
    if (!events) return undefined;
    if (events.length === 0) return this.list(namespace);
    const before = new Map<string, StoredObject | undefined>();
    for (let index = events.length - 1; index >= 0; index--) {
      before.set(events[index].stored.key, events[index].previous);
    }
    const kept = this.list(namespace).filter(({ key }) => !before.has(key));
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const restored = [...before.values()].filter(
      (stored): stored is StoredObject =>
        stored !== undefined && stored.key.startsWith(prefix),
    );
    return [...kept, ...restored].sort((a, b) => compare(a.key, b.key));
  }

  /** For the store alone. */
  put(stored: StoredObject) {
    if (!this.#objects.has(stored.key)) {
      this.#keys.splice(this.#position(stored.key), 0, stored.key);
    }
    this.#objects.set(stored.key, stored);
  }

  /** For the store alone. */
  remove(key: string) {
    if (this.#objects.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  #range(namespace?: string): [number, number] {
    if (namespace === undefined) return [0, this.#keys.length];
    // '0' is the character after '/', so that the range ends behind the last name.
    return [this.#position(`${namespace}/`), this.#position(`${namespace}0`)];
  }

  /** Index of the first key that is not before the given one. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Objects by resource, one revision counter over all of them, and who wants to hear of changes. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #listeners: CommitListener[] = [];
  readonly #watchCacheSize: number;
  #revision: number;

  constructor(options: { revision: number; watchCacheSize: number }) {
    this.#revision = options.revision;
    this.#watchCacheSize = options.watchCacheSize;
  }

  get revision() {
    return this.#revision;
  }

  /** Listeners run within the commit, in the order of their registration. */
  onCommit(listener: CommitListener) {
    this.#listeners.push(listener);
  }

  collection(type: ResourceDefinition): Collection {
    const key = resourceKey(type.group, type.plural);
    let collection = this.#collections.get(key);
    if (!collection) {
      collection = new Collection(
        type,
        new EventLog(this.#watchCacheSize, this.#revision),
      );
      this.#collections.set(key, collection);
    }
    return collection;
  }

  collections(): Collection[] {
    return [...this.#collections.values()];
  }

  /** Puts back what was stored before, with its own revision; nobody is told. */
  restore(type: ResourceDefinition, object: KubeObject) {
    const revision = Number(object.metadata.resourceVersion);
    this.collection(type).put(
      new StoredObject(keyOf(type, object), object, revision),
    );
    this.#revision = Math.max(this.#revision, revision);
  }

  /** Forgets all history: watches and lists of earlier revisions answer 410. */
  compact() {
    for (const { log } of this.#collections.values()) log.reset(this.#revision);
  }

  /** Creates or replaces. The object is owned by the store from here on. */
  put(type: ResourceDefinition, object: KubeObject): StoredObject {
    const collection = this.collection(type);
    const key = keyOf(type, object);
    const previous = collection.get(key);
    const revision = ++this.#revision;
    object.metadata.resourceVersion = String(revision);
    const stored = new StoredObject(key, object, revision);
    collection.put(stored);
    this.#publish(collection, {
      type: previous ? 'MODIFIED' : 'ADDED',
      revision,
      stored,
      previous,
    });
    return stored;
  }

  /** The last state of the object, with the revision of its deletion. */
  remove(type: ResourceDefinition, key: string): StoredObject | undefined {
    const collection = this.collection(type);
    const previous = collection.get(key);
    if (!previous) return undefined;
    const revision = ++this.#revision;
    const stored = previous.withRevision(revision);
    collection.remove(key);
    this.#publish(collection, { type: 'DELETED', revision, stored, previous });
    return stored;
  }

  #publish(collection: Collection, event: StoreEvent) {
    collection.log.append(event);
    for (const listener of this.#listeners) listener(collection, event);
  }
}

export function keyOf(
  type: { namespaced: boolean },
  object: { metadata: { name?: string; namespace?: string } },
): string {
  const { name = '', namespace } = object.metadata;
  return type.namespaced ? `${namespace}/${name}` : name;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
