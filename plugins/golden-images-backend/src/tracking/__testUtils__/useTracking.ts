import type {
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import type { ClusterConfig } from '../../config/types';
import type { Tracking } from '../Tracking';
import { FakeCluster } from './FakeCluster';
import { IMAGES, startTracking, until } from './startTracking';
import { TestTiming } from './TestTiming';
import { World } from './world';

/** The key of an object in the namespace of images. */
export const keyOf = (name: string, cluster = 'c1') => ({
  cluster,
  namespace: IMAGES,
  name,
});

class Scene {
  knex!: Knex;
  cluster!: FakeCluster;
  world!: World;
  timing!: TestTiming;
  /** What was started last by `start`. */
  tracking!: Tracking;
  readonly #started: Tracking[] = [];

  open(knex: Knex) {
    this.knex = knex;
    this.cluster = new FakeCluster();
    this.world = new World(this.cluster);
    this.timing = new TestTiming();
  }

  async close() {
    for (const each of this.#started.splice(0)) await each.stop();
    await this.knex.destroy();
  }

  async start(
    clusters = [this.cluster],
    over: Partial<ClusterConfig> = {},
  ): Promise<void> {
    this.tracking = await this.startAnother(clusters, over);
  }

  /** Another instance over the same database. */
  async startAnother(
    clusters = [this.cluster],
    over: Partial<ClusterConfig> = {},
  ): Promise<Tracking> {
    const { knex, timing } = this;
    const { tracking } = await startTracking(knex, clusters, timing, over);
    this.#started.push(tracking);
    return tracking;
  }

  image(name: string) {
    return this.tracking.reader.getImage(keyOf(name));
  }

  volume(name: string) {
    return this.tracking.reader.getVolume(keyOf(name));
  }

  imageIn(name: string, state: string) {
    return until(`${name} is ${state}`, async () => {
      const row = await this.image(name);
      return row?.object.state === state && row;
    });
  }

  /** How each cluster is reached, or one of them. */
  async connections(cluster?: string) {
    const all = await this.tracking.clusterStatus(cluster);
    return all.map(({ connection }) => connection);
  }

  /** Resolves when each cluster is reached so, or the one that is named. */
  connectionsAre(expected: string[], cluster?: string) {
    return until(`${cluster ?? 'all'}: ${expected}`, async () => {
      const found = await this.connections(cluster);
      return found.join() === expected.join();
    });
  }

  /** Resolves with the status of the first cluster. */
  isConnected() {
    return until('connected', async () => {
      const [status] = await this.tracking.clusterStatus();
      return status.connection === 'connected' && status;
    });
  }
}

/**
 * For the tests of a `describe`: a database, a cluster with its world and a
 * clock, anew for each test. What a test starts is stopped after it. Fields are
 * to be read within a test, since each test has its own.
 */
export function useTracking(databases: TestDatabases, id: TestDatabaseId) {
  const scene = new Scene();
  beforeEach(async () => scene.open(await databases.init(id)));
  afterEach(() => scene.close());
  return scene;
}
