import type { Knex } from 'knex';
import { RESOURCES } from '../kubernetes';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import type { TestTiming } from './__testUtils__/TestTiming';
import { World } from './__testUtils__/world';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { dataSources, dataVolumes, longhornVolumes } = RESOURCES;
const databases = testDatabases();
const key = (name: string, cluster = 'c1') => ({
  cluster,
  namespace: IMAGES,
  name,
});

describe.each(databases.eachSupportedId())(
  'tracking over clusters that fail on %s',
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
    const connection = async (name?: string) =>
      (await tracking.clusterStatus(name)).map(status => status.connection);
    const imageIn = (name: string, state: string) =>
      until(`${name} is ${state}`, async () => {
        const row = await image(name);
        return row?.object.state === state && row;
      });

    it('lets vanish what is gone after the history was lost', async () => {
      world.requestImport('debian', '12');
      world.requestImport('alpine', '3');
      await start();
      await imageIn('alpine-3', 'pending');
      cluster.goDown();
      cluster.remove(dataVolumes, IMAGES, 'debian-12');
      cluster.forgetHistory();
      cluster.comeBack();
      await until('it has vanished', async () => {
        timing.pass(1_000);
        return (await image('debian-12')) === undefined;
      });
      expect(await image('alpine-3')).toBeDefined();
    });

    it('notices a server that hangs before its watches are suspiciously silent', async () => {
      world.requestImport('debian', '12');
      await start();
      await imageIn('debian-12', 'pending');
      await until('connected', async () => {
        timing.pass(1_000);
        return (await connection())[0] === 'connected';
      });
      cluster.hang();
      const hungAtMs = timing.elapsedMs();
      const status = await until('unreachable', async () => {
        timing.pass(1_000);
        const [now] = await tracking.clusterStatus();
        return now.connection === 'unreachable' && now;
      });
      expect(status.message).toBe('datavolumes: No answer within 10 s');
      expect(timing.elapsedMs() - hungAtMs).toBeLessThan(60_000);
      cluster.goOn();
      await until('connected again', async () => {
        timing.pass(1_000);
        return (await connection())[0] === 'connected';
      });
    });

    it('keeps what it knew of a cluster that is silent, and says since when', async () => {
      world.requestImport('debian', '12');
      await start();
      await imageIn('debian-12', 'pending');
      const before = await until('connected', async () => {
        const [status] = await tracking.clusterStatus();
        return status.connection === 'connected' && status;
      });
      cluster.goDown();
      const silent = await until('unreachable', async () => {
        timing.pass(1_000);
        const [status] = await tracking.clusterStatus();
        return status.connection === 'unreachable' && status;
      });
      expect(silent.message).toContain('ECONNREFUSED');
      timing.pass(60_000);
      const later = (await tracking.clusterStatus())[0];
      expect(later.observedAt).toBe(silent.observedAt);
      expect(Date.parse(later.observedAt ?? '')).toBeLessThanOrEqual(
        Date.parse(silent.since ?? ''),
      );
      expect(Date.parse(before.since ?? '')).toBeLessThan(
        Date.parse(silent.since ?? ''),
      );
      expect((await image('debian-12'))?.object.state).toBe('pending');
      // Reading on demand does not throw either.
      await tracking.refresh(key('debian-12'));

      cluster.comeBack();
      await until('connected again', async () => {
        timing.pass(1_000);
        return (await connection())[0] === 'connected';
      });
    });

    it('starts with a broken cluster, which keeps the others from nothing', async () => {
      const broken = new FakeCluster('broken');
      broken.goDown();
      world.requestImport('debian', '12');
      await start([broken, cluster]);
      await imageIn('debian-12', 'pending');
      expect(await connection('c1')).toEqual(['connected']);
      expect(await connection('broken')).toEqual(['unreachable']);
      expect(await connection('no such')).toEqual([]);
    });

    it('is not slowed by a cluster that hangs, neither at its start nor at its end', async () => {
      const hung = new FakeCluster('hung');
      hung.hang();
      world.requestImport('debian', '12');
      await start([hung, cluster]);
      await imageIn('debian-12', 'pending');
      expect(await connection()).toEqual(['connecting', 'connected']);
      // A write to the hung one's neighbour is seen at once, while time stands still.
      world.requestImport('alpine', '3');
      await tracking.refresh(key('alpine-3'));
      expect((await image('alpine-3'))?.object.state).toBe('pending');
      await tracking.stop();
    });

    it('says what a cluster without CDI and Longhorn lacks', async () => {
      for (const type of [dataVolumes, dataSources, longhornVolumes]) {
        cluster.lacks(type);
      }
      world.boundClaim('team-a', 'disk', {
        spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'other' } },
      });
      await start();
      const row = await until('it is there', () =>
        tracking.reader.getVolume({
          cluster: 'c1',
          namespace: 'team-a',
          name: 'disk',
        }),
      );
      expect(row.object).toMatchObject({
        state: 'unknown',
        reason: 'bound-copy-state-unknown',
      });
      const [status] = await tracking.clusterStatus('c1');
      expect(status.connection).toBe('connected');
      expect(status.missing.map(item => item.feature).sort()).toEqual([
        'aliases',
        'copy-state',
        'images',
      ]);
    });

    it('answers from an instance that does not follow the cluster itself', async () => {
      await start();
      await until(
        'connected',
        async () => (await connection())[0] === 'connected',
      );
      const follower = tracking;
      const second = await startTracking(knex, [cluster], timing);
      started.push(second.tracking);
      world.requestImport('debian', '12');
      let refreshed = false;
      const refresh = second.tracking.refresh(key('debian-12')).then(() => {
        refreshed = true;
      });
      await until('the other instance has seen it', async () => {
        timing.pass(10);
        return refreshed;
      });
      await refresh;
      expect(
        await second.tracking.reader.getImage(key('debian-12')),
      ).toBeDefined();
      await until('the status is written', async () => {
        timing.pass(1_000);
        const [status] = await second.tracking.clusterStatus('c1');
        return status.connection === 'connected';
      });

      await follower.stop();
      expect((await second.tracking.clusterStatus('c1'))[0].connection).toBe(
        'connecting',
      );
      world.requestImport('alpine', '3');
      await until('the second follows', async () => {
        timing.pass(1_000);
        return second.tracking.reader.getImage(key('alpine-3'));
      });
    });
  },
);
