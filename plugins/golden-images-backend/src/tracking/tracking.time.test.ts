import type { Knex } from 'knex';
import { KubernetesApiError, RESOURCES } from '../kubernetes';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import type { TestTiming } from './__testUtils__/TestTiming';
import { World } from './__testUtils__/world';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { dataVolumes } = RESOURCES;
const databases = testDatabases();
const key = (name: string, cluster = 'c1') => ({
  cluster,
  namespace: IMAGES,
  name,
});

describe.each(databases.eachSupportedId())(
  'tracking as time passes on %s',
  id => {
    let knex: Knex;
    let cluster: FakeCluster;
    let world: World;
    let tracking: Tracking;
    let timing: TestTiming;
    const started: Tracking[] = [];

    beforeEach(async () => {
      knex = await databases.init(id);
      cluster = new FakeCluster();
      world = new World(cluster);
    });
    afterEach(async () => {
      for (const each of started.splice(0)) await each.stop();
      await knex.destroy();
    });

    async function start(clusters = [cluster]) {
      ({ tracking, timing } = await startTracking(knex, clusters));
      started.push(tracking);
    }

    const image = async (name: string) => tracking.reader.getImage(key(name));
    const imageIn = (name: string, state: string) =>
      until(`${name} is ${state}`, async () => {
        const row = await image(name);
        return row?.object.state === state && row;
      });

    it('derives again when time alone changes the answer', async () => {
      world.requestImport('debian', '12');
      cluster.change(dataVolumes, IMAGES, 'debian-12', {
        status: {
          phase: 'ImportInProgress',
          progress: 'N/A',
          restartCount: 1,
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message:
                'Unable to connect to http data source: expected status code 200, got 500. Status: 500 Internal Server Error',
            },
          ],
        },
      });
      await start();
      const failing = await imageIn('debian-12', 'failing');
      expect(failing.giveUp).toBe(false);
      const startMs = timing.nowMs();
      await until('the wait gives up', async () => {
        timing.pass(1_000);
        return (await image('debian-12'))?.giveUp;
      });
      expect(timing.nowMs() - startMs).toBeGreaterThanOrEqual(60_000);
    });

    it('gives up in time although the clock was set back by an hour', async () => {
      world.requestImport('debian', '12');
      cluster.change(dataVolumes, IMAGES, 'debian-12', {
        status: {
          phase: 'ImportInProgress',
          restartCount: 1,
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message:
                'Unable to connect to http data source: expected status code 200, got 500. Status: 500 Internal Server Error',
            },
          ],
        },
      });
      await start();
      await imageIn('debian-12', 'failing');
      timing.setClock(-3_600_000);
      const startMs = timing.elapsedMs();
      await until('the wait gives up', async () => {
        timing.pass(1_000);
        return (await image('debian-12'))?.giveUp;
      });
      expect(timing.elapsedMs() - startMs).toBeLessThan(600_000);
    });

    it('asks the API server why CDI makes no claim', async () => {
      world.requestImport('debian', '12');
      cluster.change(dataVolumes, IMAGES, 'debian-12', {
        status: {
          phase: 'Pending',
          progress: 'N/A',
          conditions: [
            {
              type: 'Bound',
              status: 'False',
              reason: 'NotFound',
              message: 'No PVC found',
              lastTransitionTime: '2026-11-23T00:00:00Z',
            },
          ],
        },
      });
      cluster.refuseDryRuns(
        new KubernetesApiError({
          status: 403,
          message:
            'persistentvolumeclaims "debian-12" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
        }),
      );
      await start();
      const refused = await until('the refusal is shown', async () => {
        timing.pass(1_000);
        const row = await image('debian-12');
        return row?.object.reason === 'limit-range' && row;
      });
      expect(refused.object).toMatchObject({
        state: 'failing',
        message: expect.stringContaining('maximum storage usage'),
      });
      expect(cluster.writes).toEqual([]);
    });
  },
);
