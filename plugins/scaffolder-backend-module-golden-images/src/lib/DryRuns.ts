import type { Image, Volume } from '@golden-images/plugin-golden-images-common';

const PREFIX = 'dry-run.';
/** A dry run takes seconds; those before the last ones have ended. */
const REMEMBERED_RUNS = 100;

/** The parts of an object that name it. */
type Key = Pick<Image | Volume, 'kind' | 'cluster' | 'namespace' | 'name'>;

/**
 * What the steps of a dry run would make, for the steps after them: a clone of
 * an image that an earlier step would import cannot be checked by the cluster.
 * A dry run is one request to one process of the scaffolder, and has an id as a
 * task has (Backstage 1.55).
 */
export class DryRuns {
  readonly #objects = new Map<string, (Image | Volume)[]>();

  note(taskId: string, object: Image | Volume): void {
    const objects = this.#objects.get(taskId) ?? [];
    this.#objects.delete(taskId);
    this.#objects.set(taskId, [...objects, object]);
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > REMEMBERED_RUNS) this.#objects.delete(oldest);
  }

  /** An image that this run would import or wait for. */
  image(
    taskId: string,
    wanted: { name: string; version?: string; namespace?: string },
  ): Image | undefined {
    return this.#of(taskId).find(
      (object): object is Image =>
        object.kind === 'image' &&
        object.image === wanted.name &&
        [undefined, object.version].includes(wanted.version) &&
        [undefined, object.namespace].includes(wanted.namespace),
    );
  }

  /** Any object of this run, by what is given of its key. */
  find(taskId: string, key: Partial<Key>): Image | Volume | undefined {
    return this.#of(taskId).find(object =>
      (Object.keys(key) as (keyof Key)[]).every(
        field => key[field] === undefined || key[field] === object[field],
      ),
    );
  }

  #of(taskId: string): (Image | Volume)[] {
    return this.#objects.get(taskId) ?? [];
  }
}

/** Stands for a wait handle in a dry run; the backend refuses it. */
export function predictedHandle(object: Key): string {
  const { cluster, kind, namespace, name } = object;
  const json = JSON.stringify({ cluster, kind, namespace, name });
  return PREFIX + Buffer.from(json).toString('base64url');
}

/** @returns `undefined` for what is no handle of a dry run */
export function readPredictedHandle(handle: string): Key | undefined {
  if (!handle.startsWith(PREFIX)) return undefined;
  try {
    const json = Buffer.from(handle.slice(PREFIX.length), 'base64url');
    return JSON.parse(json.toString()) as Key;
  } catch {
    return undefined;
  }
}
