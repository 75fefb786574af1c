import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { KubernetesApiError, RESOURCES } from '../kubernetes';
import type { Tracking } from '../tracking';
import { FakeCluster } from '../tracking/__testUtils__/FakeCluster';
import {
  IMAGES,
  startTracking,
  until,
} from '../tracking/__testUtils__/startTracking';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { World } from '../tracking/__testUtils__/world';

jest.setTimeout(30_000);

const { claims, dataSources, dataVolumes, longhornVolumes } = RESOURCES;
const { persistentVolumes, pods } = RESOURCES;
const databases = testDatabases();
const key = (name: string) => ({ cluster: 'c1', namespace: IMAGES, name });
const volumeOf = (name: string) => `pvc-of-${IMAGES}-${name}`;

describe.each(databases.eachSupportedId())('retirement on %s', id => {
  let knex: Knex;
  let cluster: FakeCluster;
  let world: World;
  let tracking: Tracking;
  let timing: TestTiming;

  beforeEach(async () => {
    knex = await databases.init(id);
    cluster = new FakeCluster();
    world = new World(cluster);
    timing = new TestTiming();
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  async function start(over: object = {}) {
    ({ tracking } = await startTracking(knex, [cluster], timing, over));
  }

  const read = (type: typeof dataVolumes, name: string) =>
    cluster.get({ type, namespace: IMAGES, name });
  const eventually = <T>(
    what: string,
    probe: () => Promise<T | undefined | false>,
  ) =>
    until(what, async () => {
      timing.pass(500);
      return probe();
    });
  const isGone = (name: string) =>
    eventually(`${name} is deleted`, async () => {
      return (await read(dataVolumes, name)) === undefined;
    });
  const noted = (name: string, action: string) =>
    eventually(`${action} of ${name}`, async () =>
      (await tracking.listActivity(key(name), { limit: 50 })).items.find(
        entry => entry.action === action,
      ),
    );
  const waitsFor = (name: string, words: RegExp) =>
    eventually(`${name} waits for ${words}`, async () => {
      const row = await tracking.reader.getImage(key(name));
      return words.test(row?.object.retirement?.waitingFor ?? '');
    });

  async function publishVersion(version: string) {
    world.requestImport('debian', version);
    world.finishImport(`debian-${version}`);
    await eventually(`${version} is current`, async () => {
      const row = await tracking.reader.getImage(key(`debian-${version}`));
      return row?.object.current;
    });
  }

  /** Two versions, of which 13 is the current one. */
  async function publish() {
    await publishVersion('12');
    await publishVersion('13');
  }

  function mark(name: string, more: object = {}) {
    const by = 'user:default/dana';
    const at = new Date(timing.nowMs()).toISOString();
    const text = JSON.stringify({ by, at, ...more });
    cluster.change(dataVolumes, IMAGES, name, {
      metadata: { annotations: { [ANNOTATIONS.retiring]: text } },
    });
  }

  /** As the garbage collector and Longhorn do it, part by part. */
  const collect = (name: string) => ({
    claim: () => cluster.remove(claims, IMAGES, name),
    volume: () => {
      cluster.remove(persistentVolumes, undefined, volumeOf(name));
      cluster.remove(longhornVolumes, 'longhorn-system', volumeOf(name));
    },
  });

  const deletions = () =>
    cluster.writes.filter(write => write.startsWith('delete'));

  const freeingOf = async (image: string) =>
    (await read(dataSources, image))?.metadata.annotations?.[
      ANNOTATIONS.freeing
    ];

  it('deletes what nothing copies from, and says when its volume is freed', async () => {
    await start();
    await publish();
    mark('debian-12');
    await isGone('debian-12');
    expect(await noted('debian-12', 'retired')).toMatchObject({
      actor: 'user:default/dana',
      message: 'debian-12 was retired; its volume of 10 GiB is being freed',
    });
    expect(JSON.parse((await freeingOf('debian'))!)).toEqual([
      expect.objectContaining({
        name: 'debian-12',
        volumeHandle: volumeOf('debian-12'),
      }),
    ]);
    collect('debian-12').claim();
    collect('debian-12').volume();
    expect((await noted('debian-12', 'freed')).message).toBe(
      'the volume of 10 GiB of debian-12, which was retired, is freed',
    );
    expect(await freeingOf('debian')).toBeUndefined();
  });

  it('reports once what is not freed, also over a restart', async () => {
    await start();
    await publish();
    mark('debian-12');
    await isGone('debian-12');
    await tracking.stop();
    collect('debian-12').claim();
    cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
      spec: { persistentVolumeReclaimPolicy: 'Retain' },
      status: { phase: 'Released' },
    });
    await start();
    timing.pass(9 * 60_000);
    await tracking.stop();
    await start();
    timing.pass(2 * 60_000);
    const report = await noted('debian-12', 'not-freed');
    expect(report.message).toBe(
      `the volume of 10 GiB of debian-12, which was retired, is not freed: PersistentVolume ${volumeOf(
        'debian-12',
      )} is Released and is to be retained, Longhorn volume ${volumeOf(
        'debian-12',
      )} is still there`,
    );
    collect('debian-12').volume();
    await noted('debian-12', 'freed');
    const { items } = await tracking.listActivity(key('debian-12'), {
      limit: 50,
    });
    const actions = items.map(({ action }) => action);
    // The tracker sees for itself that it is gone, at its own time.
    expect(actions).toContain('deleted');
    expect(actions.filter(action => action !== 'deleted')).toEqual([
      'freed',
      'not-freed',
      'retired',
      'current-moved',
      'became-ready',
    ]);
  });

  it('never deletes the current version', async () => {
    await start();
    await publish();
    mark('debian-13');
    await waitsFor('debian-13', /another version to become current/);
    cluster.change(dataSources, IMAGES, 'debian', {
      spec: { source: { pvc: { name: 'debian-12' } } },
    });
    await isGone('debian-13');
    expect(deletions()).toEqual(['delete datavolumes debian-13']);
  });

  it('waits for a copy, by what Longhorn says, and goes on when it is done', async () => {
    await start();
    await publish();
    world.clone('orders', 'debian-12', { state: 'initiated', actualSize: 1 });
    mark('debian-12');
    await waitsFor(
      'debian-12',
      /Volume longhorn-system\/pvc-of-golden-images-orders, which is being copied from it/,
    );
    cluster.change(longhornVolumes, 'longhorn-system', volumeOf('orders'), {
      status: { cloneStatus: { state: 'completed' } },
    });
    await isGone('debian-12');
    collect('debian-12').claim();
    collect('debian-12').volume();
    const row = await eventually('the clone is marked', async () => {
      const found = await tracking.reader.getVolume(key('orders'));
      return found?.object.source?.removed && found.object;
    });
    expect(row).toMatchObject({
      state: 'usable',
      source: { name: 'debian-12', removed: true },
    });
  });

  it.each([
    [
      'a clone in another namespace',
      /a DataVolume of another namespace/,
      () =>
        cluster.put(dataVolumes, {
          metadata: { name: 'orders', namespace: 'team-a' },
          spec: { source: { pvc: { namespace: IMAGES, name: 'debian-12' } } },
          status: { phase: 'CloneScheduled' },
        }),
    ],
    [
      'a claim that is not bound',
      /PersistentVolumeClaim golden-images\/copy/,
      () =>
        cluster.put(claims, {
          metadata: { name: 'copy', namespace: IMAGES },
          spec: {
            dataSource: { kind: 'PersistentVolumeClaim', name: 'debian-12' },
          },
          status: { phase: 'Pending' },
        }),
    ],
    [
      "CDI's temporary claim",
      /PersistentVolumeClaim golden-images\/tmp-pvc-1/,
      () =>
        cluster.put(claims, {
          metadata: { name: 'tmp-pvc-1', namespace: IMAGES },
          spec: {
            dataSource: { kind: 'PersistentVolumeClaim', name: 'debian-12' },
          },
          status: { phase: 'Bound' },
        }),
    ],
    [
      'a Pod',
      /Pod golden-images\/1-source-pod, which mounts it/,
      () =>
        cluster.put(pods, {
          metadata: { name: '1-source-pod', namespace: IMAGES },
          spec: {
            volumes: [{ persistentVolumeClaim: { claimName: 'debian-12' } }],
          },
          status: { phase: 'Running' },
        }),
    ],
    [
      'a linked clone',
      /Volume longhorn-system\/linked, which is a linked clone/,
      () =>
        cluster.put(longhornVolumes, {
          metadata: { name: 'linked', namespace: 'longhorn-system' },
          spec: {
            dataSource: `vol://${volumeOf('debian-12')}`,
            cloneMode: 'linked-clone',
          },
          status: { cloneStatus: { state: 'completed' } },
        }),
    ],
  ])('waits for %s', async (_, words, put) => {
    await start();
    await publish();
    put();
    mark('debian-12', { force: true });
    await waitsFor('debian-12', words);
    expect(cluster.writes).not.toContain('delete datavolumes debian-12');
  });

  it('waits for nobody who has finished, or copies from another image', async () => {
    await start();
    await publish();
    cluster.put(dataVolumes, {
      metadata: { name: 'done', namespace: 'team-a' },
      spec: { source: { pvc: { namespace: IMAGES, name: 'debian-12' } } },
      status: { phase: 'Succeeded' },
    });
    cluster.put(dataVolumes, {
      metadata: { name: 'other', namespace: 'team-a' },
      spec: { source: { pvc: { namespace: IMAGES, name: 'debian-13' } } },
      status: { phase: 'CloneScheduled' },
    });
    cluster.put(pods, {
      metadata: { name: 'ended', namespace: IMAGES },
      spec: {
        volumes: [{ persistentVolumeClaim: { claimName: 'debian-12' } }],
      },
      status: { phase: 'Succeeded' },
    });
    mark('debian-12');
    await isGone('debian-12');
    expect(deletions()).toEqual(['delete datavolumes debian-12']);
  });

  it('is not begun while Longhorn cannot be read, unless it is forced', async () => {
    cluster.lacks(longhornVolumes);
    await start();
    await publish();
    mark('debian-12');
    await waitsFor('debian-12', /force it, since copies cannot all be seen/);
    mark('debian-12', { force: true });
    await isGone('debian-12');
    expect((await noted('debian-12', 'retired')).message).toContain(
      'It was forced, although copies could not all be seen: volumes of Longhorn cannot be read',
    );
  });

  it('waits for a hold to be released', async () => {
    await start();
    await publish();
    cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.hold]: 'an audit' } },
    });
    mark('debian-12');
    await waitsFor('debian-12', /the hold on it: an audit/);
    cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.hold]: null } },
    });
    await isGone('debian-12');
    expect(deletions()).toEqual(['delete datavolumes debian-12']);
  });

  it('takes a mark that is not of its form as a wish not to be cloned, no more', async () => {
    await start();
    await publish();
    cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.retiring]: 'true' } },
    });
    await eventually('it is shown', async () => {
      const row = await tracking.reader.getImage(key('debian-12'));
      return row?.object.retirement;
    });
    timing.pass(10_000);
    await tracking.refresh(key('debian-12'));
    expect(cluster.writes).not.toContain('delete datavolumes debian-12');
  });

  it.each(['patch datasources debian', 'delete datavolumes debian-12'])(
    'goes on after being killed before "%s"',
    async write => {
      await start();
      await publish();
      await tracking.stop();
      const before = cluster.writes.length;
      mark('debian-12');
      let reached = false;
      cluster.beforeWrite(attempted => {
        reached ||= attempted === write;
        if (reached)
          throw new KubernetesApiError({ status: 0, message: 'dead' });
      });
      await start();
      await eventually('the moment is reached', async () => reached);
      await tracking.stop();
      cluster.beforeWrite(undefined);
      await start();
      await isGone('debian-12');
      collect('debian-12').claim();
      collect('debian-12').volume();
      await noted('debian-12', 'freed');
      const written = cluster.writes.slice(before);
      expect(written.filter(each => each.startsWith('delete'))).toEqual([
        'delete datavolumes debian-12',
      ]);
    },
  );

  it('unlocks what a policy protects, and only then deletes it', async () => {
    await start();
    await publish();
    cluster.beforeWrite(write => {
      const locked =
        write === 'delete datavolumes debian-12' &&
        !cluster.writes.includes('patch datavolumes debian-12 (unlock)');
      if (!locked) return;
      cluster.writes.push('patch datavolumes debian-12 (unlock)');
      throw new KubernetesApiError({
        status: 403,
        message:
          'datavolumes "debian-12" is forbidden: ValidatingAdmissionPolicy \'golden-images-delete\' denied request: protected',
      });
    });
    mark('debian-12');
    await isGone('debian-12');
    expect(cluster.writes.slice(-3)).toEqual([
      'patch datavolumes debian-12 (unlock)',
      'patch datavolumes debian-12',
      'delete datavolumes debian-12',
    ]);
  });

  describe('of what is kept by its volume', () => {
    const reclaim = async () => {
      const name = volumeOf('debian-12');
      const volume = await cluster.get({ type: persistentVolumes, name });
      const { persistentVolumeReclaimPolicy: policy } = volume?.spec as {
        persistentVolumeReclaimPolicy: string;
      };
      return policy;
    };
    const byClass = (policy: string) =>
      cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
        spec: { persistentVolumeReclaimPolicy: policy },
      });

    it('sets the reclaim policy to Retain, and back when it is retired', async () => {
      await start({ retain: true });
      await publishVersion('12');
      byClass('Delete');
      await eventually(
        'it is kept',
        async () => (await reclaim()) === 'Retain',
      );
      expect((await noted('debian-12', 'retained')).message).toContain(
        'is kept if its claim is deleted otherwise than by retiring',
      );
      await publishVersion('13');
      mark('debian-12');
      await isGone('debian-12');
      expect(await reclaim()).toBe('Delete');
    });

    it('leaves a policy of the class as it is', async () => {
      await start({ retain: true });
      await publishVersion('12');
      byClass('Retain');
      await publishVersion('13');
      mark('debian-12');
      await isGone('debian-12');
      expect(await reclaim()).toBe('Retain');
      expect(cluster.writes).not.toContain(
        `patch persistentvolumes ${volumeOf('debian-12')}`,
      );
    });

    it('touches no volume unless that is configured', async () => {
      await start();
      await publishVersion('12');
      byClass('Delete');
      timing.pass(60_000);
      await tracking.refresh(key('debian-12'));
      expect(await reclaim()).toBe('Delete');
    });

    it('lists volumes that were kept and have lost their claims', async () => {
      await start({ retain: true });
      await publishVersion('12');
      byClass('Delete');
      await eventually(
        'it is kept',
        async () => (await reclaim()) === 'Retain',
      );
      cluster.remove(dataVolumes, IMAGES, 'debian-12');
      collect('debian-12').claim();
      cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
        status: { phase: 'Released' },
      });
      const released = await eventually('it is listed', async () => {
        const [{ protection }] = await tracking.clusterStatus('c1');
        timing.pass(60_000);
        return protection?.released;
      });
      expect(released).toEqual([
        {
          volume: volumeOf('debian-12'),
          namespace: IMAGES,
          name: 'debian-12',
          sizeBytes: 10 * 2 ** 30,
        },
      ]);
    });
  });

  describe('of older versions', () => {
    it('keeps the newest ones, the current one and those on hold', async () => {
      await start({ keepVersions: 2 });
      for (const version of ['1', '2', '3', '4', '5']) {
        world.requestImport('debian', version);
        if (version === '2') {
          cluster.change(dataVolumes, IMAGES, 'debian-2', {
            metadata: { annotations: { [ANNOTATIONS.hold]: 'an audit' } },
          });
        }
        world.finishImport(`debian-${version}`);
        await noted(`debian-${version}`, 'became-ready');
        timing.pass(1_000);
      }
      await isGone('debian-1');
      await isGone('debian-3');
      expect((await noted('debian-3', 'retiring')).message).toBe(
        'debian-3 is to be retired: only the newest 2 versions of debian are kept',
      );
      timing.pass(120_000);
      for (const version of ['2', '4', '5']) {
        expect(await read(dataVolumes, `debian-${version}`)).toBeDefined();
      }
    });

    it('does not mark one that is being copied, and retires it afterwards', async () => {
      await start({ keepVersions: 1 });
      world.requestImport('debian', '12');
      world.finishImport('debian-12');
      await noted('debian-12', 'became-ready');
      world.clone('orders', 'debian-12', { state: 'initiated', actualSize: 1 });
      timing.pass(1_000);
      world.requestImport('debian', '13');
      world.finishImport('debian-13');
      await noted('debian-13', 'current-moved');
      timing.pass(60_000);
      await tracking.refresh(key('debian-12'));
      const row = await tracking.reader.getImage(key('debian-12'));
      expect(row?.object.retirement).toBeUndefined();
      cluster.change(longhornVolumes, 'longhorn-system', volumeOf('orders'), {
        status: { cloneStatus: { state: 'completed' } },
      });
      await isGone('debian-12');
    });
  });
});
