import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import type { TrackedStore } from '../database';
import { RESOURCES } from '../kubernetes';
import type { DataSource } from '../manifests';
import type { DerivedRow } from '../tracking/rows';
import type { RetirerOptions } from './Retirer';
import { findCopies } from './findCopies';
import { planRetention } from './planRetention';
import { readChain } from './readChain';

type Options = Pick<
  RetirerOptions,
  'client' | 'cluster' | 'nowMs' | 'note' | 'refresh' | 'onError' | 'signal'
> & { tracked: TrackedStore };

/** Keeps the newest versions of each image, where that is configured, and marks older ones to be retired. */
export class VersionKeeper {
  readonly #options: Options;
  /** `namespace/image`. */
  readonly #images = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  consider(rows: DerivedRow[]) {
    for (const { record } of rows) {
      const { object } = record.tracked;
      if (object.kind !== 'image' || object.state !== 'ready') continue;
      if (this.#keepIn(object.namespace) === undefined) continue;
      this.#images.add(`${object.namespace}/${object.image}`);
    }
  }

  async pass(): Promise<void> {
    const { onError, signal } = this.#options;
    for (const image of [...this.#images]) {
      if (signal.aborted) return;
      // First, since a version may become ready meanwhile.
      this.#images.delete(image);
      try {
        if (!(await this.#keepNewest(image))) this.#images.add(image);
      } catch (error) {
        this.#images.add(image);
        onError(image, error);
      }
    }
  }

  /** @returns whether nothing is left to do until a version changes */
  async #keepNewest(image: string): Promise<boolean> {
    const { client, tracked } = this.#options;
    const [namespace] = image.split('/');
    const records = await tracked.versionsOf(client.clusterName, [image]);
    const versions = records.flatMap(({ tracked: { object } }) =>
      object.kind === 'image' ? object : [],
    );
    const keep = this.#keepIn(namespace);
    if (keep === undefined) return true;
    let settled = true;
    for (const { name } of planRetention(versions, keep)) {
      const marked = await this.#mark({ image, namespace, name, keep });
      settled = settled && marked;
    }
    return settled;
  }

  /** Only what nothing copies from, as the cluster says now, and only where that can be seen. */
  async #mark(version: {
    /** `namespace/image`. */
    image: string;
    namespace: string;
    name: string;
    keep: number;
  }): Promise<boolean> {
    const { client, cluster, nowMs, note, refresh, signal } = this.#options;
    const { namespace, name, keep } = version;
    const image = version.image.slice(namespace.length + 1);
    const alias = await client.get<DataSource>({
      type: RESOURCES.dataSources,
      namespace,
      name: image,
    });
    const chain = await readChain(client, { namespace, name });
    if (!chain || alias?.spec.source?.pvc?.name === name) return true;
    const {
      annotations = {},
      uid = '',
      resourceVersion,
    } = chain.object.metadata;
    if (annotations[ANNOTATIONS.hold] !== undefined) return true;
    if (annotations[ANNOTATIONS.retiring] !== undefined) return true;
    const { running, unseen } = await findCopies(client, chain, cluster.scope);
    if (running.length > 0 || unseen.length > 0) return false;
    const at = new Date(nowMs()).toISOString();
    signal.throwIfAborted();
    await client.patch(
      chain.ref,
      {
        metadata: {
          annotations: { [ANNOTATIONS.retiring]: JSON.stringify({ at }) },
        },
      },
      { uid, resourceVersion },
    );
    await note({
      namespace,
      name,
      uid,
      action: 'retiring',
      message: `${name} is to be retired: only the newest ${keep} versions of ${image} are kept`,
    });
    await refresh(namespace, name);
    return true;
  }

  #keepIn(namespace: string): number | undefined {
    const { keepVersions, namespaces } = this.#options.cluster;
    const own = namespaces.find(each => each.name === namespace);
    return own?.keepVersions ?? keepVersions;
  }
}
