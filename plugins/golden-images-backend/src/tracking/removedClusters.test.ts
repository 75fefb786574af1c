import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import { TestTiming } from './__testUtils__/TestTiming';
import { World } from './__testUtils__/world';

jest.setTimeout(30_000);

const databases = testDatabases();
const TABLES = [
  'object_views',
  'tracked_objects',
  'tracked_labels',
  'cluster_statuses',
];

describe.each(databases.eachSupportedId())(
  'clusters that come and go by configuration on %s',
  id => {
    let knex: Knex;
    let timing: TestTiming;
    const both = ['c1', 'c2'].map(name => new FakeCluster(name));
    const started: Tracking[] = [];

    beforeAll(() => {
      for (const cluster of both) {
        new World(cluster).boundClaim(
          IMAGES,
          `disk-of-${cluster.clusterName}`,
          {
            labels: { app: 'orders' },
          },
        );
      }
    });
    beforeEach(async () => {
      knex = await databases.init(id);
      timing = new TestTiming();
    });
    afterEach(async () => {
      for (const each of started.splice(0)) await each.stop();
      await knex.destroy();
    });

    async function start(clusters: FakeCluster[]) {
      const { tracking } = await startTracking(knex, clusters, timing);
      started.push(tracking);
      return tracking;
    }
    const volumes = async ({ reader }: Tracking) =>
      (await reader.listVolumes({})).map(({ object }) => object.name).join();
    const shows = (tracking: Tracking, names: string) =>
      until(`it shows ${names}`, async () => {
        timing.pass(1_000);
        return (await volumes(tracking)) === names;
      });
    const rowsOf = async (cluster: string) => {
      const counts = [];
      for (const table of TABLES) {
        const [{ n }] = await knex(table).where({ cluster }).count({ n: '*' });
        counts.push(Number(n));
      }
      return counts;
    };
    const nothingIsLeft = () =>
      until('nothing is left of c2', async () => {
        timing.pass(1_000);
        return (await rowsOf('c2')).every(count => count === 0);
      });

    it('forgets a cluster that is removed, but for its history, and reads it anew', async () => {
      const before = await start(both);
      await shows(before, 'disk-of-c1,disk-of-c2');
      await before.recordActivity({
        cluster: 'c2',
        namespace: IMAGES,
        name: 'disk-of-c2',
        kind: 'volume',
        action: 'clone-requested',
        message: 'asked for',
      });
      await before.stop();
      expect((await rowsOf('c2')).every(count => count > 0)).toBe(true);

      const without = await start(both.slice(0, 1));
      expect(await volumes(without)).not.toContain('c2');
      const namespaces = await without.reader.listNamespaces({});
      expect(namespaces.map(({ cluster }) => cluster)).not.toContain('c2');
      await nothingIsLeft();
      await shows(without, 'disk-of-c1');
      const history = await without.listActivity(
        { cluster: 'c2', namespace: IMAGES },
        { limit: 10 },
      );
      expect(history.items.map(({ action }) => action)).toEqual([
        'clone-requested',
      ]);
      await without.stop();

      await shows(await start(both), 'disk-of-c1,disk-of-c2');
    });

    it('leaves to an instance with the old configuration what it follows', async () => {
      const old = await start(both);
      await shows(old, 'disk-of-c1,disk-of-c2');
      const renewed = await start(both.slice(0, 1));
      await shows(renewed, 'disk-of-c1');
      for (let second = 0; second < 90; second++) {
        timing.pass(1_000);
        await volumes(old);
      }
      expect(await volumes(old)).toBe('disk-of-c1,disk-of-c2');
      await old.stop();
      await nothingIsLeft();
      await shows(renewed, 'disk-of-c1');
    });
  },
);
