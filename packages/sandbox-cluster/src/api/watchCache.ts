import type { StoredObject } from './store';

export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  /** For `DELETED` the last state, with the revision of the deletion. */
  stored: StoredObject;
  previous?: StoredObject;
}

export type EventListener = (event: StoreEvent) => void;

/**
 * The latest changes of one resource: what a watch that comes back has missed,
 * and what a list of an earlier revision takes back. Bounded, so that a watch
 * from too far back answers 410, as with the watch cache of kube-apiserver.
 */
export class EventLog {
  readonly #capacity: number;
  readonly #listeners = new Set<EventListener>();
  #events: StoreEvent[] = [];
  #oldest: number;

  constructor(capacity: number, revision: number) {
    this.#capacity = capacity;
    this.#oldest = revision;
  }

  /** Changes after this revision are known. */
  get oldest() {
    return this.#oldest;
  }

  append(event: StoreEvent) {
    this.#events.push(event);
    // Cut in large steps: a shift per event would copy the whole array each time.
    if (this.#events.length >= this.#capacity * 2) {
      const dropped = this.#events.length - this.#capacity;
      this.#oldest = this.#events[dropped - 1].revision;
      this.#events = this.#events.slice(dropped);
    }
    for (const listener of this.#listeners) listener(event);
  }

  /** Changes after a revision, oldest first; `undefined` when some are forgotten. */
  since(revision: number): StoreEvent[] | undefined {
    if (revision < this.#oldest) return undefined;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#events[middle].revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reset(revision: number) {
    this.#events = [];
    this.#oldest = revision;
  }
}
