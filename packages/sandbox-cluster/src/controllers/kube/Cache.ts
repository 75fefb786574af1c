import type { KubeClient } from './KubeClient';
import { keyOf, type Kube, type Resource } from './types';

const RECONNECT_MS = 500;

/** The objects of one kind, kept up to date by a list and a watch. */
export class Cache<T extends Kube> {
  readonly #client: KubeClient;
  readonly #resource: Resource;
  readonly #objects = new Map<string, T>();
  readonly #listeners: ((key: string, object: T, deleted: boolean) => void)[] =
    [];

  constructor(client: KubeClient, resource: Resource) {
    this.#client = client;
    this.#resource = resource;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  all(): T[] {
    return [...this.#objects.values()];
  }

  onChange(listener: (key: string, object: T, deleted: boolean) => void) {
    this.#listeners.push(listener);
  }

  /** Takes in an object that a write of ours was answered with, unless a newer one is there. */
  put(object: T) {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (
      known &&
      known.metadata.uid === object.metadata.uid &&
      Number(known.metadata.resourceVersion) >
        Number(object.metadata.resourceVersion)
    ) {
      return;
    }
    this.#objects.set(key, object);
    this.#tell(key, object, false);
  }

  /** Resolves after the first list; goes on until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const position = { resourceVersion: await this.#relist() };
    const follow = async () => {
      while (!signal.aborted) {
        try {
          await this.#client.watch(
            this.#resource,
            position.resourceVersion,
            ({ type, object }) => {
              if (type === 'ERROR')
                throw new Error(`watch ended with ${object.code}`);
              if (object.metadata.resourceVersion)
                position.resourceVersion = object.metadata.resourceVersion;
              if (type !== 'BOOKMARK')
                this.#apply(object as unknown as T, type === 'DELETED');
            },
            signal,
          );
        } catch {
          if (signal.aborted) return;
          await new Promise(resolve => setTimeout(resolve, RECONNECT_MS));
          try {
            position.resourceVersion = await this.#relist();
          } catch {
            // The API is away: asked again in a moment.
          }
        }
      }
    };
    follow().catch(() => undefined);
  }

  async #relist(): Promise<string> {
    const { items, resourceVersion } = await this.#client.list<T>(
      this.#resource,
    );
    const keys = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) {
      if (!keys.has(key)) this.#apply(object, true);
    }
    items.forEach(item => this.#apply(item, false));
    return resourceVersion;
  }

  #apply(object: T, deleted: boolean) {
    const key = keyOf(object);
    if (deleted) {
      const known = this.#objects.get(key);
      // A successor of the same name may be there already, from an answer to its creation.
      if (known && known.metadata.uid !== object.metadata.uid) return;
      this.#objects.delete(key);
      this.#tell(key, object, true);
    } else {
      this.put(object);
    }
  }

  #tell(key: string, object: T, deleted: boolean) {
    for (const listener of this.#listeners) listener(key, object, deleted);
  }
}
