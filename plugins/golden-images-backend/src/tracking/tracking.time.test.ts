import { once } from 'node:events';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterWatcher,
} from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { useTracking } from './__testUtils__/useTracking';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { dataVolumes, longhornVolumes } = RESOURCES;
type MayI = Parameters<ClusterWatcher['mayI']>;

const FAILED_ONCE = {
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
};
const databases = testDatabases();

describe.each(databases.eachSupportedId())(
  'tracking as time passes on %s',
  id => {
    const scene = useTracking(databases, id);

    it('derives again when time alone changes the answer', async () => {
      scene.world.requestImport('debian', '12');
      scene.cluster.change(dataVolumes, IMAGES, 'debian-12', FAILED_ONCE);
      await scene.start();
      const failing = await scene.imageIn('debian-12', 'failing');
      expect(failing.giveUp).toBe(false);
      const startMs = scene.timing.nowMs();
      await until('the wait gives up', async () => {
        scene.timing.pass(1_000);
        return (await scene.image('debian-12'))?.giveUp;
      });
      expect(scene.timing.nowMs() - startMs).toBeGreaterThanOrEqual(60_000);
    });

    it('gives up in time although the clock was set back by an hour', async () => {
      scene.world.requestImport('debian', '12');
      scene.cluster.change(dataVolumes, IMAGES, 'debian-12', FAILED_ONCE);
      await scene.start();
      await scene.imageIn('debian-12', 'failing');
      scene.timing.setClock(-3_600_000);
      const startMs = scene.timing.elapsedMs();
      await until('the wait gives up', async () => {
        scene.timing.pass(1_000);
        return (await scene.image('debian-12'))?.giveUp;
      });
      expect(scene.timing.elapsedMs() - startMs).toBeLessThan(600_000);
    });

    it('goes on while reviews of its rights are not answered', async () => {
      scene.world.requestImport('debian', '12');
      scene.cluster.change(dataVolumes, IMAGES, 'debian-12', FAILED_ONCE);
      const mayI = jest.spyOn(scene.cluster, 'mayI');
      mayI.mockImplementation(async (...[verb, type, , signal]: MayI) => {
        if (verb === 'list' && type === longhornVolumes) return true;
        await once(signal!, 'abort');
        throw signal!.reason;
      });
      await scene.start();
      await scene.imageIn('debian-12', 'failing');
      await until('the wait gives up', async () => {
        scene.timing.pass(1_000);
        return (await scene.image('debian-12'))?.giveUp;
      });
      expect(mayI).toHaveBeenCalledTimes(2);
    });

    it('asks the API server why CDI makes no claim', async () => {
      scene.world.requestImport('debian', '12');
      scene.cluster.change(dataVolumes, IMAGES, 'debian-12', {
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
      scene.cluster.refuseDryRuns(
        new KubernetesApiError({
          status: 403,
          message:
            'persistentvolumeclaims "debian-12" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
        }),
      );
      await scene.start();
      const refused = await until('the refusal is shown', async () => {
        scene.timing.pass(1_000);
        const row = await scene.image('debian-12');
        return row?.object.reason === 'limit-range' && row;
      });
      expect(refused.object).toMatchObject({
        state: 'failing',
        message: expect.stringContaining('maximum storage usage'),
      });
      expect(scene.cluster.writes).toEqual([]);
    });
  },
);
