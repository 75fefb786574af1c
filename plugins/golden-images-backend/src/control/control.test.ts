import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { KubernetesApiError, RESOURCES } from '../kubernetes';
import type { Tracking } from '../tracking';
import { FakeCluster } from '../tracking/__testUtils__/FakeCluster';
import {
  IMAGES,
  startTracking,
  until,
} from '../tracking/__testUtils__/startTracking';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { SIZE_BYTES, World } from '../tracking/__testUtils__/world';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { claims, dataSources, dataVolumes } = RESOURCES;
const databases = testDatabases();
const key = (name: string) => ({ cluster: 'c1', namespace: IMAGES, name });

describe.each(databases.eachSupportedId())('control on %s', id => {
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
    timing = new TestTiming();
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
    await knex.destroy();
  });

  async function start() {
    ({ tracking } = await startTracking(knex, [cluster], timing));
    started.push(tracking);
  }

  const read = (type: typeof dataVolumes, name: string) =>
    cluster.get({ type, namespace: IMAGES, name });
  const alias = async (image: string) => {
    const object = await read(dataSources, image);
    const spec = object?.spec as { source: { pvc: { name: string } } };
    return object && spec.source.pvc.name;
  };
  const aliasIs = (image: string, target: string) =>
    until(`${image} points at ${target}`, async () => {
      timing.pass(500);
      return (await alias(image)) === target;
    });
  const known = (name: string, action: string) =>
    until(`${action} of ${name}`, async () =>
      (await tracking.listActivity(key(name), { limit: 50 })).items.find(
        entry => entry.action === action,
      ),
    );

  /** From this moment on no write comes through; returns what was attempted. */
  function dieAt(moment: 'before' | 'after', write: string): string[] {
    const attempts: string[] = [];
    cluster.beforeWrite(attempted => {
      attempts.push(attempted);
      const dead =
        moment === 'before'
          ? attempted === write
          : cluster.writes.includes(write);
      if (dead) {
        throw new KubernetesApiError({ status: 0, message: 'killed' });
      }
    });
    return attempts;
  }

  it('writes once which bytes were meant, then makes the alias', async () => {
    world.requestImport('debian', '12');
    await start();
    await until('it is known', () =>
      tracking.reader.getImage(key('debian-12')),
    );
    world.finishImport('debian-12');
    await aliasIs('debian', 'debian-12');
    const claim = await read(claims, 'debian-12');
    const { annotations } = (await read(dataVolumes, 'debian-12'))!.metadata;
    expect(annotations).toMatchObject({
      [ANNOTATIONS.claimUid]: claim?.metadata.uid,
      [ANNOTATIONS.volumeHandle]: `pvc-of-${IMAGES}-debian-12`,
      [ANNOTATIONS.capacityBytes]: String(SIZE_BYTES),
    });
    expect((await read(dataSources, 'debian'))?.metadata).toMatchObject({
      labels: { [LABELS.role]: 'golden-image', [LABELS.image]: 'debian' },
      annotations: { [ANNOTATIONS.usedVersions]: '["12"]' },
    });
    await known('debian-12', 'became-ready');
    await known('debian-12', 'current-moved');

    // Whatever else happens to it, nothing is written again.
    cluster.change(dataVolumes, IMAGES, 'debian-12', {
      status: { restartCount: 1 },
    });
    await tracking.refresh(key('debian-12'));
    expect(cluster.writes).toEqual([
      'patch datavolumes debian-12',
      'create datasources debian',
    ]);
  });

  it.each(['patch datavolumes debian-12', 'create datasources debian'])(
    'goes on after being killed before or after "%s"',
    async write => {
      world.requestImport('debian', '12');
      world.finishImport('debian-12');
      for (const moment of ['before', 'after'] as const) {
        const attempts = dieAt(moment, write);
        await start();
        await until('the moment is reached', async () =>
          attempts.includes(write),
        );
        await tracking.stop();
      }
      cluster.beforeWrite(undefined);
      await start();
      await aliasIs('debian', 'debian-12');
      expect(cluster.writes).toEqual([
        'patch datavolumes debian-12',
        'create datasources debian',
      ]);
    },
  );

  it('moves the alias to what became ready last, but not for every version', async () => {
    await start();
    world.requestImport('debian', '12');
    world.finishImport('debian-12');
    await aliasIs('debian', 'debian-12');
    world.requestImport('debian', '13');
    world.finishImport('debian-13');
    await aliasIs('debian', 'debian-13');
    world.requestImport('debian', '14', { [ANNOTATIONS.setCurrent]: 'false' });
    world.finishImport('debian-14');
    await until('14 is remembered', async () =>
      (
        await read(dataSources, 'debian')
      )?.metadata.annotations?.[ANNOTATIONS.usedVersions]?.includes('14'),
    );
    expect(await alias('debian')).toBe('debian-13');

    // A person steps back: that stays, also over a restart.
    cluster.change(dataSources, IMAGES, 'debian', {
      spec: { source: { pvc: { name: 'debian-12' } } },
    });
    await tracking.stop();
    await start();
    await until('12 is shown as current', async () => {
      const row = await tracking.reader.getImage(key('debian-12'));
      return row?.object.current;
    });
    expect(await alias('debian')).toBe('debian-12');
  });

  it('never touches a DataSource that is not ours', async () => {
    cluster.put(dataSources, {
      metadata: { name: 'debian', namespace: IMAGES },
      spec: { source: { pvc: { namespace: IMAGES, name: 'theirs' } } },
    });
    world.requestImport('debian', '12');
    world.finishImport('debian-12');
    await start();
    await known('debian-12', 'became-ready');
    await tracking.refresh(key('debian-12'));
    expect(cluster.writes).toEqual(['patch datavolumes debian-12']);
    expect(await alias('debian')).toBe('theirs');
  });

  it('writes nothing on what others made', async () => {
    cluster.put(dataVolumes, {
      metadata: { name: 'golden-base-image', namespace: IMAGES },
      spec: { source: { http: { url: 'https://example.com/b.qcow2' } } },
    });
    world.finishImport('golden-base-image');
    await start();
    await until('it is ready', async () => {
      const row = await tracking.reader.getImage(key('golden-base-image'));
      return row?.object.state === 'ready';
    });
    await tracking.refresh(key('golden-base-image'));
    expect(cluster.writes).toEqual([]);
  });

  it('tries again after a refusal, seldom, with what is true then', async () => {
    world.requestImport('debian', '12');
    world.finishImport('debian-12');
    let refusals = 0;
    cluster.beforeWrite(() => {
      refusals += 1;
      if (refusals <= 3) {
        throw new KubernetesApiError({
          status: 500,
          message: 'failed calling webhook "datavolume-mutate.cdi.kubevirt.io"',
        });
      }
    });
    await start();
    await aliasIs('debian', 'debian-12');
    expect(refusals).toBe(5);
  });

  describe('an import that is not ready in time', () => {
    const inMinutes = (minutes: number) =>
      new Date(
        Date.parse('2026-11-23T00:00:00Z') + minutes * 60_000,
      ).toISOString();

    it('is deleted at its deadline, also when nobody watched it pass', async () => {
      world.requestImport('debian', '12', {
        [ANNOTATIONS.deadline]: inMinutes(5),
      });
      await start();
      await until('it is known', () =>
        tracking.reader.getImage(key('debian-12')),
      );
      await tracking.stop();
      timing.pass(4 * 60_000);
      await start();
      await tracking.refresh(key('debian-12'));
      expect(cluster.writes).toEqual([]);
      await until('it is gone', async () => {
        timing.pass(1_000);
        return (await read(dataVolumes, 'debian-12')) === undefined;
      });
      expect(timing.nowMs()).toBeGreaterThanOrEqual(Date.parse(inMinutes(5)));
      await known('debian-12', 'deadline-passed');
      await until(
        'its row is gone',
        async () => !(await tracking.reader.getImage(key('debian-12'))),
      );
    });

    it.each([
      ['it was asked to be kept', { [ANNOTATIONS.onTimeout]: 'keep' }],
      ['it was ready once', { [ANNOTATIONS.claimUid]: 'some claim' }],
    ])('is left alone when %s', async (_, annotations) => {
      world.requestImport('debian', '12', {
        [ANNOTATIONS.deadline]: inMinutes(-5),
        ...annotations,
      });
      await start();
      await until('it is known', () =>
        tracking.reader.getImage(key('debian-12')),
      );
      await tracking.refresh(key('debian-12'));
      expect(
        cluster.writes.filter(write => write.startsWith('delete')),
      ).toEqual([]);
    });
  });

  describe('a clone whose copy ends while Longhorn cannot be watched', () => {
    const name = 'orders-disk';
    const { longhornVolumes } = RESOURCES;
    const later = (ms: number) => new Date(timing.nowMs() + ms).toISOString();
    const connectionIs = (wanted: string) =>
      until(`the cluster is ${wanted}`, async () => {
        timing.pass(500);
        const [{ connection }] = await tracking.clusterStatus('c1');
        return connection === wanted;
      });

    it('is neither released nor deleted at its deadline', async () => {
      world.requestImport('debian', '12');
      world.finishImport('debian-12');
      world.clone(name, 'debian-12', { state: 'initiated', actualSize: 10 });
      const terms = {
        [ANNOTATIONS.onTimeout]: 'delete',
        [ANNOTATIONS.requestedBy]: 'user:default/dana',
        [ANNOTATIONS.deadline]: later(10 * 60_000),
      };
      cluster.change(claims, IMAGES, name, {
        metadata: { annotations: terms },
      });
      await start();
      await until('it copies', async () => {
        const row = await tracking.reader.getVolume(key(name));
        return row?.object.state === 'copying';
      });
      cluster.silence(longhornVolumes);
      await connectionIs('unreachable');
      cluster.change(
        longhornVolumes,
        'longhorn-system',
        `pvc-of-${IMAGES}-${name}`,
        {
          status: { cloneStatus: { state: 'completed' } },
        },
      );
      await expect(
        tracking.release({
          ...key(name),
          kind: 'volume',
          requestHash: 'hash-of-clone',
          requestedBy: 'user:default/dana',
        }),
      ).rejects.toThrow(
        /cannot be wholly seen now, so orders-disk is not deleted/,
      );
      timing.pass(11 * 60_000);
      await tracking.refresh(key(name));
      cluster.hearAgain(longhornVolumes);
      await connectionIs('connected');
      await until('its identity is written', async () => {
        timing.pass(500);
        const claim = await read(claims, name);
        return claim?.metadata.annotations?.[ANNOTATIONS.claimUid];
      });
      expect(cluster.writes).not.toContain(
        `delete persistentvolumeclaims ${name}`,
      );
    });
  });

  describe('release', () => {
    const request = {
      ...key('debian-12'),
      kind: 'image' as const,
      requestHash: 'hash-12',
      requestedBy: 'user:default/dana',
    };

    it('deletes what was never ready, and says so', async () => {
      world.requestImport('debian', '12');
      await start();
      await until('it is known', () =>
        tracking.reader.getImage(key('debian-12')),
      );
      expect(await tracking.release(request)).toEqual({
        outcome: 'deleted',
        sentence:
          'debian-12 was never ready and is deleted, as was agreed when it was asked for',
      });
      expect(cluster.writes).toEqual(['delete datavolumes debian-12']);
      expect(await tracking.reader.getImage(key('debian-12'))).toBeUndefined();
      const { items } = await tracking.listActivity(key('debian-12'), {
        limit: 50,
      });
      expect(items.map(({ action, actor }) => ({ action, actor }))).toEqual(
        expect.arrayContaining([
          { action: 'released', actor: 'user:default/dana' },
          { action: 'deleted', actor: undefined },
        ]),
      );
      expect(await tracking.release(request)).toMatchObject({
        outcome: 'kept',
        sentence: 'debian-12 is kept: it does not exist any more',
      });
    });

    it('keeps what is ready', async () => {
      world.requestImport('debian', '12');
      world.finishImport('debian-12');
      await start();
      await known('debian-12', 'became-ready');
      expect(await tracking.release(request)).toEqual({
        outcome: 'kept',
        sentence: 'debian-12 is kept: it was ready before',
      });
      expect(await read(dataVolumes, 'debian-12')).toBeDefined();
    });

    it('keeps what another wait was about', async () => {
      world.requestImport('debian', '12');
      await start();
      await until('it is known', () =>
        tracking.reader.getImage(key('debian-12')),
      );
      for (const other of [
        { requestHash: 'other' },
        { requestedBy: 'user:default/eve' },
        { uid: 'other' },
      ]) {
        expect(await tracking.release({ ...request, ...other })).toMatchObject({
          outcome: 'kept',
        });
      }
      expect(cluster.writes).toEqual([]);
    });
  });
});
