import { freePort } from '@golden-images/sandbox-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Portal } from './backend/Portal';
import { componentName } from './backend/entities';
import { ClusterConnection } from './cluster/ClusterConnection';
import {
  clonedVolume,
  namespaceObject,
  othersClaim,
  OWNER,
  plainClaim,
  type VolumeSeed,
} from './cluster/objects';
import { seed, unseed } from './cluster/seed';
import { Worker } from './processes';
import { Report } from './report/Report';

export const VOLUMES_PER_ENTITY = 20;
const NAMESPACES = 100;
const STRANGERS = 'strangers';
const SAMPLES = 10;
/** Asked more often, the backend would be busy with the answers; it adds half of it to a sync. */
export const POLL_MS = 100;

export const volumeSeed = (index: number): VolumeSeed => ({
  namespace: `team-${index % NAMESPACES}`,
  name: `disk-${index}`,
  entityRef: `component:default/${componentName(
    Math.floor(index / VOLUMES_PER_ENTITY),
  )}`,
});

export interface Sizes {
  /** Cloned volumes, each with its DataVolume, claim, PersistentVolume and Longhorn volume. */
  volumes: number;
  entities: number;
  /** Volumes at which the latency of a view is compared. */
  views: [number, number, number];
  /** Clones asked for at once. */
  burst: number;
}

export interface BenchOptions {
  sizes: Sizes;
  folder: string;
  kubeconfigPath: string;
  api?: Worker;
}

/** One run: an API server, the folder of the databases, and what was measured. */
export class Bench {
  readonly report = new Report();
  readonly sizes: Sizes;
  readonly folder: string;
  readonly kubeconfigPath: string;
  readonly cluster: ClusterConnection;
  /** The API server, where it is one of ours. */
  readonly api?: Worker;
  #seeded = 0;

  private constructor(options: BenchOptions, cluster: ClusterConnection) {
    this.sizes = options.sizes;
    this.folder = options.folder;
    this.kubeconfigPath = options.kubeconfigPath;
    this.api = options.api;
    this.cluster = cluster;
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const cluster = await ClusterConnection.open(options.kubeconfigPath);
    return new Bench(options, cluster);
  }

  /** Entities that have all their volumes at the smallest size. */
  get comparedEntities() {
    return Math.floor(this.sizes.views[0] / VOLUMES_PER_ENTITY);
  }

  get seeded() {
    return this.#seeded;
  }

  /** @param sockets - requests of the user's at once */
  async startPortal(sockets?: number): Promise<Portal> {
    const config = new KubeConfig();
    config.loadFromFile(this.kubeconfigPath);
    return Portal.start({
      folder: this.folder,
      kubeconfigPath: this.kubeconfigPath,
      cluster: {
        url: config.getCurrentCluster()?.server ?? '',
        token: config.getCurrentUser()?.token ?? '',
      },
      port: await freePort(),
      entities: this.sizes.entities,
      sockets,
      logTo: openSync(join(this.folder, 'backend.log'), 'a'),
    });
  }

  startBareList(): Promise<Worker> {
    return Worker.start({
      file: 'cluster/bareList.ts',
      args: [this.kubeconfigPath],
      logTo: openSync(join(this.folder, 'bare-list.log'), 'a'),
    });
  }

  /** The next start of the portal finds a database without clusters. */
  forgetClusters() {
    for (const end of ['', '-wal', '-shm', '-journal']) {
      const path = join(this.folder, 'databases', `golden-images.sqlite${end}`);
      rmSync(path, { force: true });
    }
  }

  async seedNamespaces() {
    const namespaces = Array.from({ length: NAMESPACES }, (_, index) =>
      namespaceObject(`team-${index}`, OWNER),
    );
    const { items } = JSON.parse(
      await this.cluster.send('GET', '/api/v1/namespaces'),
    );
    const present = items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
    if (!present.includes('longhorn-system')) {
      namespaces.push(namespaceObject('longhorn-system', OWNER));
    }
    await seed(this.cluster, [
      [...namespaces, namespaceObject(STRANGERS, 'group:default/strangers')],
    ]);
    // Attached to the same components, and hidden by the policy.
    await seed(
      this.cluster,
      Array.from({ length: this.sizes.entities }).map((_, index) => [
        othersClaim({
          namespace: STRANGERS,
          name: `disk-${index}`,
          entityRef: `component:default/${componentName(index)}`,
        }),
      ]),
    );
  }

  /** Cloned volumes until there are that many in all. */
  async seedVolumes(count: number) {
    const from = this.#seeded;
    this.#seeded = count;
    await seed(this.cluster, volumes(from, count));
  }

  /** Until that many are left. */
  async removeVolumes(count: number) {
    const to = this.#seeded;
    this.#seeded = Math.min(count, to);
    await unseed(this.cluster, volumes(this.#seeded, to));
  }

  /** Plain claims of entities that nobody looks at, until there are that many volumes in all. */
  async seedClaims(count: number) {
    const from = this.#seeded;
    this.#seeded = count;
    await seed(this.cluster, claims(from, count));
  }

  /** Resolves when the API shows as many volumes as there are; to how many in which state. */
  async everythingShown(portal: Portal): Promise<Map<string, number>> {
    for (;;) {
      const { items } = await portal.get('/api/golden-images/clusters');
      if (
        items[0].connection === 'connected' &&
        (await this.#samplesShown(portal))
      ) {
        const states = await countStates(portal);
        const total = [...states.values()].reduce((sum, n) => sum + n, 0);
        if (total === this.#seeded) return states;
      }
      await delay(POLL_MS);
    }
  }

  /** A few volumes, so that not everything is asked for again and again. */
  async #samplesShown(portal: Portal): Promise<boolean> {
    const step = Math.max(1, Math.floor(this.#seeded / SAMPLES));
    for (let i = this.#seeded - 1; i >= 0; i -= step) {
      const { namespace, name } = volumeSeed(i);
      const path = `/api/golden-images/volumes/bench/${namespace}/${name}`;
      if ((await portal.send('GET', path)).status !== 200) return false;
    }
    return true;
  }
}

function* volumes(from: number, to: number) {
  for (let i = from; i < to; i += 1) yield clonedVolume(volumeSeed(i));
}

function* claims(from: number, to: number) {
  for (let i = from; i < to; i += 1) {
    const entityRef = `component:default/other-${i % 1_000}`;
    yield [plainClaim({ ...volumeSeed(i), entityRef })];
  }
}

async function countStates(portal: Portal): Promise<Map<string, number>> {
  const states = new Map<string, number>();
  const names = Array.from({ length: NAMESPACES }, (_, i) => `team-${i}`);
  const worker = async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      const { items } = await portal.get(
        `/api/golden-images/volumes?cluster=bench&namespace=${name}`,
      );
      for (const { state } of items) {
        states.set(state, (states.get(state) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return states;
}
