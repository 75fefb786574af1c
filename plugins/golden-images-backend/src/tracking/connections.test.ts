import { RESOURCES } from '../kubernetes';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, until } from './__testUtils__/startTracking';
import { keyOf, useTracking } from './__testUtils__/useTracking';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { dataSources, dataVolumes, longhornVolumes } = RESOURCES;
const databases = testDatabases();

describe.each(databases.eachSupportedId())(
  'tracking over clusters that fail on %s',
  id => {
    const scene = useTracking(databases, id);

    it('lets vanish what is gone after the history was lost', async () => {
      scene.world.requestImport('debian', '12');
      scene.world.requestImport('alpine', '3');
      await scene.start();
      await scene.imageIn('alpine-3', 'pending');
      scene.cluster.goDown();
      scene.cluster.remove(dataVolumes, IMAGES, 'debian-12');
      scene.cluster.forgetHistory();
      scene.cluster.comeBack();
      await until('it has vanished', async () => {
        scene.timing.pass(1_000);
        return (await scene.image('debian-12')) === undefined;
      });
      expect(await scene.image('alpine-3')).toBeDefined();
    });

    it('is not called current after an outage before its rows are', async () => {
      const names = Array.from({ length: 30 }, (_, i) => `debian-${i}`);
      for (const name of names)
        scene.world.requestImport('debian', name.slice(7));
      await scene.start();
      await scene.isConnected();
      scene.cluster.goDown();
      for (const name of names) {
        scene.cluster.change(dataVolumes, IMAGES, name, {
          status: { phase: 'ImportInProgress', progress: '10.00%' },
        });
      }
      scene.cluster.forgetHistory();
      await until('unreachable', async () => {
        scene.timing.pass(1_000);
        return (await scene.connections())[0] === 'unreachable';
      });
      const told: Promise<unknown>[] = [];
      const stop = scene.tracking.onChange(() => {
        told.push(
          Promise.all([scene.connections(), scene.image('debian-29')]).then(
            ([[connection], row]) => [connection, row?.object.state],
          ),
        );
      });
      scene.cluster.comeBack();
      await until('connected', async () => {
        scene.timing.pass(1_000);
        return (await scene.connections())[0] === 'connected';
      });
      stop();
      const states = await Promise.all(told);
      expect(states).toContainEqual(['connected', 'importing']);
      expect(states).not.toContainEqual(['connected', 'pending']);
    });

    it('notices a server that hangs before its watches are suspiciously silent', async () => {
      scene.world.requestImport('debian', '12');
      await scene.start();
      await scene.imageIn('debian-12', 'pending');
      await until('connected', async () => {
        scene.timing.pass(1_000);
        return (await scene.connections())[0] === 'connected';
      });
      scene.cluster.hang();
      const hungAtMs = scene.timing.elapsedMs();
      const status = await until('unreachable', async () => {
        scene.timing.pass(1_000);
        const [now] = await scene.tracking.clusterStatus();
        return now.connection === 'unreachable' && now;
      });
      expect(status.message).toBe('datavolumes: No answer within 10 s');
      expect(scene.timing.elapsedMs() - hungAtMs).toBeLessThan(60_000);
      scene.cluster.goOn();
      await until('connected again', async () => {
        scene.timing.pass(1_000);
        return (await scene.connections())[0] === 'connected';
      });
    });

    it('keeps what it knew of a cluster that is silent, and says since when', async () => {
      scene.world.requestImport('debian', '12');
      await scene.start();
      await scene.imageIn('debian-12', 'pending');
      const before = await scene.isConnected();
      scene.cluster.goDown();
      const silent = await until('unreachable', async () => {
        scene.timing.pass(1_000);
        const [status] = await scene.tracking.clusterStatus();
        return status.connection === 'unreachable' && status;
      });
      expect(silent.message).toContain('ECONNREFUSED');
      scene.timing.pass(60_000);
      const later = (await scene.tracking.clusterStatus())[0];
      expect(later.observedAt).toBe(silent.observedAt);
      expect(Date.parse(later.observedAt ?? '')).toBeLessThanOrEqual(
        Date.parse(silent.since ?? ''),
      );
      expect(Date.parse(before.since ?? '')).toBeLessThan(
        Date.parse(silent.since ?? ''),
      );
      expect((await scene.image('debian-12'))?.object.state).toBe('pending');
      // Reading on demand does not throw either.
      await scene.tracking.refresh(keyOf('debian-12'));

      scene.cluster.comeBack();
      await until('connected again', async () => {
        scene.timing.pass(1_000);
        return (await scene.connections())[0] === 'connected';
      });
    });

    it('starts with a broken cluster, which keeps the others from nothing', async () => {
      const broken = new FakeCluster('broken');
      broken.goDown();
      scene.world.requestImport('debian', '12');
      await scene.start([broken, scene.cluster]);
      await scene.imageIn('debian-12', 'pending');
      await scene.connectionsAre(['connected'], 'c1');
      expect(await scene.connections('broken')).toEqual(['unreachable']);
      expect(await scene.connections('no such')).toEqual([]);
    });

    it('is not slowed by a cluster that hangs, neither at its start nor at its end', async () => {
      const hung = new FakeCluster('hung');
      hung.hang();
      scene.world.requestImport('debian', '12');
      await scene.start([hung, scene.cluster]);
      await scene.imageIn('debian-12', 'pending');
      await scene.connectionsAre(['connecting', 'connected']);
      // A write to the hung one's neighbour is seen at once, while time stands still.
      scene.world.requestImport('alpine', '3');
      await scene.tracking.refresh(keyOf('alpine-3'));
      expect((await scene.image('alpine-3'))?.object.state).toBe('pending');
      await scene.tracking.stop();
    });

    it('says what a cluster without CDI and Longhorn lacks', async () => {
      for (const type of [dataVolumes, dataSources, longhornVolumes]) {
        scene.cluster.lacks(type);
      }
      scene.world.boundClaim('team-a', 'disk', {
        spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'other' } },
      });
      await scene.start();
      const row = await until('it is there', () =>
        scene.tracking.reader.getVolume({
          cluster: 'c1',
          namespace: 'team-a',
          name: 'disk',
        }),
      );
      expect(row.object).toMatchObject({
        state: 'unknown',
        reason: 'bound-copy-state-unknown',
      });
      const status = await scene.isConnected();
      expect(status.missing.map(item => item.feature).sort()).toEqual([
        'aliases',
        'copy-state',
        'images',
      ]);
    });

    it('answers from an instance that does not follow the cluster itself', async () => {
      await scene.start();
      await scene.isConnected();
      const follower = scene.tracking;
      const second = await scene.startAnother();
      scene.world.requestImport('debian', '12');
      let refreshed = false;
      const refresh = second.refresh(keyOf('debian-12')).then(() => {
        refreshed = true;
      });
      await until('the other instance has seen it', async () => {
        scene.timing.pass(10);
        return refreshed;
      });
      await refresh;
      expect(await second.reader.getImage(keyOf('debian-12'))).toBeDefined();
      await until('the status is written', async () => {
        scene.timing.pass(1_000);
        const [status] = await second.clusterStatus('c1');
        return status.connection === 'connected';
      });

      await follower.stop();
      expect((await second.clusterStatus('c1'))[0].connection).toBe(
        'connecting',
      );
      scene.world.requestImport('alpine', '3');
      await until('the second follows', async () => {
        scene.timing.pass(1_000);
        return second.reader.getImage(keyOf('alpine-3'));
      });
    });
  },
);
