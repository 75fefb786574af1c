import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterConnection } from './ClusterConnection';
import { isClone, type WatchedDataVolume } from './CopyActor';

const DATA_VOLUMES = '/apis/cdi.kubevirt.io/v1beta1/datavolumes';
const LONGHORN = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes';

interface WatchedVolume {
  metadata: { name: string; resourceVersion: string };
  status?: { cloneStatus?: { state?: string } };
}

/** A clone as it came into the cluster. */
export interface SeenClone {
  namespace: string;
  name: string;
  uid: string;
  revision: number;
  /** On this process's clock. */
  atMs: number;
}

/** Clones and the ends of their copies, as the cluster itself tells of them. */
export class CopyWatch {
  readonly #cluster: ClusterConnection;
  readonly #onClone: (dataVolume: WatchedDataVolume) => void;
  readonly #abort = new AbortController();
  readonly #clones: SeenClone[] = [];
  /** Revision at which the copy was done, by the name of its Longhorn volume. */
  readonly #ended = new Map<string, number>();
  #running: Promise<unknown> = Promise.resolve();
  #failure?: unknown;

  private constructor(
    cluster: ClusterConnection,
    onClone: (dataVolume: WatchedDataVolume) => void,
  ) {
    this.#cluster = cluster;
    this.#onClone = onClone;
  }

  /** From now on. */
  static async start(
    cluster: ClusterConnection,
    onClone: (dataVolume: WatchedDataVolume) => void,
  ): Promise<CopyWatch> {
    const watch = new CopyWatch(cluster, onClone);
    watch.#running = Promise.all([
      watch.#follow<WatchedDataVolume>(
        DATA_VOLUMES,
        await revisionOf(cluster, DATA_VOLUMES),
        ({ type, object }) => {
          if (type === 'ADDED') watch.#cloneCame(object);
        },
      ),
      watch.#follow<WatchedVolume>(
        LONGHORN,
        await revisionOf(cluster, LONGHORN),
        ({ object }) => watch.#volumeChanged(object),
      ),
    ]).catch(error => {
      watch.#failure = error;
    });
    return watch;
  }

  /** In the order in which the cluster made them. */
  get clones(): readonly SeenClone[] {
    return this.#clones;
  }

  /** Resolves once that many copies have ended. */
  async ended(count: number): Promise<void> {
    while (this.#ended.size < count) {
      if (this.#failure) throw this.#failure;
      await delay(20);
    }
  }

  /** The most copies that were under way at once: made, and not done. */
  get mostUnfinished(): number {
    const steps = [
      ...this.#clones.map(({ revision }) => ({ revision, step: 1 })),
      ...[...this.#ended.values()].map(revision => ({ revision, step: -1 })),
    ].sort((a, b) => a.revision - b.revision);
    let now = 0;
    let most = 0;
    for (const { step } of steps) {
      now += step;
      most = Math.max(most, now);
    }
    return most;
  }

  async stop() {
    this.#abort.abort();
    await this.#running;
  }

  #cloneCame(object: WatchedDataVolume) {
    if (!isClone(object)) return;
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const revision = Number(resourceVersion);
    const atMs = performance.now();
    this.#clones.push({ namespace, name, uid, revision, atMs });
    this.#onClone(object);
  }

  #volumeChanged({ metadata, status }: WatchedVolume) {
    const { name, resourceVersion } = metadata;
    if (status?.cloneStatus?.state !== 'completed' || this.#ended.has(name)) {
      return;
    }
    this.#ended.set(name, Number(resourceVersion));
  }

  async #follow<T>(
    path: string,
    revision: string,
    take: (event: { type: string; object: T }) => void,
  ) {
    await this.#cluster.follow(
      `${path}?watch=true&resourceVersion=${revision}`,
      line => take(JSON.parse(line)),
      this.#abort.signal,
    );
  }
}

async function revisionOf(cluster: ClusterConnection, path: string) {
  const list = JSON.parse(await cluster.send('GET', `${path}?limit=1`));
  return list.metadata.resourceVersion as string;
}
