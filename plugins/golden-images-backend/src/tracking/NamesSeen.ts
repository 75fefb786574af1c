import { Batches } from '../batching';
import type { ViewStore } from '../database';
import type { ObjectKey } from './Tracking';
import { KINDS } from './views';

/** Which names are known to be free, as far as watches have told. */
export class NamesSeen {
  readonly #views: ViewStore;
  readonly #isCurrent: (cluster: string) => Promise<boolean>;
  readonly #questions: Batches<ObjectKey, boolean>;

  constructor(options: {
    views: ViewStore;
    /** Whether all watches of a cluster are followed just now. */
    isCurrent: (cluster: string) => Promise<boolean>;
  }) {
    this.#views = options.views;
    this.#isCurrent = options.isCurrent;
    this.#questions = new Batches((keys, cluster) =>
      this.#mayExist(cluster, keys),
    );
  }

  /** `false` while a cluster is followed and no DataVolume or claim of this name has been seen in it. */
  async mayExist(key: ObjectKey): Promise<boolean> {
    return this.#questions.get(key.cluster, key);
  }

  async #mayExist(cluster: string, keys: ObjectKey[]): Promise<boolean[]> {
    if (!(await this.#isCurrent(cluster))) return keys.map(() => true);
    const paths = keys.map(({ namespace, name }) => `${namespace}/${name}`);
    const found = await Promise.all(
      [KINDS.dataVolume, KINDS.claim].map(kind =>
        this.#views.find(cluster, kind, 'object_key', paths),
      ),
    );
    const seen = new Set(found.flat().map(({ objectKey }) => objectKey));
    return paths.map(path => seen.has(path));
  }
}
