import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { KubernetesApiError, RESOURCES } from '../kubernetes';
import { IMAGES } from '../tracking/__testUtils__/startTracking';
import { ControlWorld, keyOf, volumeOf } from './__testUtils__/ControlWorld';

jest.setTimeout(30_000);

const { claims, dataSources, dataVolumes, longhornVolumes } = RESOURCES;
const { persistentVolumes, pods } = RESOURCES;
const databases = testDatabases();

describe.each(databases.eachSupportedId())('retirement on %s', id => {
  let t: ControlWorld;
  beforeEach(async () => {
    t = new ControlWorld(await databases.init(id));
  });
  afterEach(() => t.close());

  it('deletes what nothing copies from, and says when its volume is freed', async () => {
    await t.start();
    await t.publish();
    t.mark('debian-12');
    await t.isGone('debian-12');
    expect(await t.noted('debian-12', 'retired')).toMatchObject({
      actor: 'user:default/dana',
      message: 'debian-12 was retired; its volume of 10 GiB is being freed',
    });
    expect(JSON.parse((await t.freeingOf('debian'))!)).toEqual([
      expect.objectContaining({
        name: 'debian-12',
        volumeHandle: volumeOf('debian-12'),
      }),
    ]);
    t.collectClaim('debian-12');
    t.collectVolume('debian-12');
    expect((await t.noted('debian-12', 'freed')).message).toBe(
      'the volume of 10 GiB of debian-12, which was retired, is freed',
    );
    expect(await t.freeingOf('debian')).toBeUndefined();
  });

  it('reports once what is not freed, also over a restart', async () => {
    await t.start();
    await t.publish();
    t.mark('debian-12');
    await t.isGone('debian-12');
    await t.tracking.stop();
    t.collectClaim('debian-12');
    t.cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
      spec: { persistentVolumeReclaimPolicy: 'Retain' },
      status: { phase: 'Released' },
    });
    await t.start();
    t.timing.pass(9 * 60_000);
    await t.tracking.stop();
    await t.start();
    t.timing.pass(2 * 60_000);
    const report = await t.noted('debian-12', 'not-freed');
    expect(report.message).toBe(
      `the volume of 10 GiB of debian-12, which was retired, is not freed: PersistentVolume ${volumeOf(
        'debian-12',
      )} is Released and is to be retained, Longhorn volume ${volumeOf(
        'debian-12',
      )} is still there`,
    );
    t.collectVolume('debian-12');
    await t.noted('debian-12', 'freed');
    const { items } = await t.tracking.listActivity(keyOf('debian-12'), {
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
    await t.start();
    await t.publish();
    t.mark('debian-13');
    await t.waitsFor('debian-13', /another version to become current/);
    t.cluster.change(dataSources, IMAGES, 'debian', {
      spec: { source: { pvc: { name: 'debian-12' } } },
    });
    await t.isGone('debian-13');
    expect(t.deletions()).toEqual(['delete datavolumes debian-13']);
  });

  it('waits for a copy, by what Longhorn says, and goes on when it is done', async () => {
    await t.start();
    await t.publish();
    t.world.clone('orders', 'debian-12', { state: 'initiated', actualSize: 1 });
    t.mark('debian-12');
    await t.waitsFor(
      'debian-12',
      /Volume longhorn-system\/pvc-of-golden-images-orders, which is being copied from it/,
    );
    t.cluster.change(longhornVolumes, 'longhorn-system', volumeOf('orders'), {
      status: { cloneStatus: { state: 'completed' } },
    });
    await t.isGone('debian-12');
    t.collectClaim('debian-12');
    t.collectVolume('debian-12');
    const row = await t.eventually('the clone is marked', async () => {
      const found = await t.tracking.reader.getVolume(keyOf('orders'));
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
        t.cluster.put(dataVolumes, {
          metadata: { name: 'orders', namespace: 'team-a' },
          spec: { source: { pvc: { namespace: IMAGES, name: 'debian-12' } } },
          status: { phase: 'CloneScheduled' },
        }),
    ],
    [
      'a claim that is not bound',
      /PersistentVolumeClaim golden-images\/copy/,
      () =>
        t.cluster.put(claims, {
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
        t.cluster.put(claims, {
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
        t.cluster.put(pods, {
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
        t.cluster.put(longhornVolumes, {
          metadata: { name: 'linked', namespace: 'longhorn-system' },
          spec: {
            dataSource: `vol://${volumeOf('debian-12')}`,
            cloneMode: 'linked-clone',
          },
          status: { cloneStatus: { state: 'completed' } },
        }),
    ],
  ])('waits for %s', async (_, words, put) => {
    await t.start();
    await t.publish();
    put();
    t.mark('debian-12', { force: true });
    await t.waitsFor('debian-12', words);
    expect(t.cluster.writes).not.toContain('delete datavolumes debian-12');
  });

  it('waits for nobody who has finished, or copies from another image', async () => {
    await t.start();
    await t.publish();
    t.cluster.put(dataVolumes, {
      metadata: { name: 'done', namespace: 'team-a' },
      spec: { source: { pvc: { namespace: IMAGES, name: 'debian-12' } } },
      status: { phase: 'Succeeded' },
    });
    t.cluster.put(dataVolumes, {
      metadata: { name: 'other', namespace: 'team-a' },
      spec: { source: { pvc: { namespace: IMAGES, name: 'debian-13' } } },
      status: { phase: 'CloneScheduled' },
    });
    t.cluster.put(pods, {
      metadata: { name: 'ended', namespace: IMAGES },
      spec: {
        volumes: [{ persistentVolumeClaim: { claimName: 'debian-12' } }],
      },
      status: { phase: 'Succeeded' },
    });
    t.mark('debian-12');
    await t.isGone('debian-12');
    expect(t.deletions()).toEqual(['delete datavolumes debian-12']);
  });

  it('is not begun while Longhorn cannot be read, unless it is forced', async () => {
    t.cluster.lacks(longhornVolumes);
    await t.start();
    await t.publish();
    t.mark('debian-12');
    await t.waitsFor('debian-12', /force it, since copies cannot all be seen/);
    t.mark('debian-12', { force: true });
    await t.isGone('debian-12');
    expect((await t.noted('debian-12', 'retired')).message).toContain(
      'It was forced, although copies could not all be seen: volumes of Longhorn cannot be read',
    );
  });

  it('waits for a hold to be released', async () => {
    await t.start();
    await t.publish();
    t.cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.hold]: 'an audit' } },
    });
    t.mark('debian-12');
    await t.waitsFor('debian-12', /the hold on it: an audit/);
    t.cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.hold]: null } },
    });
    await t.isGone('debian-12');
    expect(t.deletions()).toEqual(['delete datavolumes debian-12']);
  });

  it('takes a mark that is not of its form as a wish not to be cloned, no more', async () => {
    await t.start();
    await t.publish();
    t.cluster.change(dataVolumes, IMAGES, 'debian-12', {
      metadata: { annotations: { [ANNOTATIONS.retiring]: 'true' } },
    });
    await t.eventually('it is shown', async () => {
      const row = await t.tracking.reader.getImage(keyOf('debian-12'));
      return row?.object.retirement;
    });
    t.timing.pass(10_000);
    await t.tracking.refresh(keyOf('debian-12'));
    expect(t.cluster.writes).not.toContain('delete datavolumes debian-12');
  });

  it.each(['patch datasources debian', 'delete datavolumes debian-12'])(
    'goes on after being killed before "%s"',
    async write => {
      await t.start();
      await t.publish();
      await t.tracking.stop();
      const before = t.cluster.writes.length;
      t.mark('debian-12');
      let reached = false;
      t.cluster.beforeWrite(attempted => {
        reached ||= attempted === write;
        if (reached)
          throw new KubernetesApiError({ status: 0, message: 'dead' });
      });
      await t.start();
      await t.eventually('the moment is reached', async () => reached);
      await t.tracking.stop();
      t.cluster.beforeWrite(undefined);
      await t.start();
      await t.isGone('debian-12');
      t.collectClaim('debian-12');
      t.collectVolume('debian-12');
      await t.noted('debian-12', 'freed');
      const written = t.cluster.writes.slice(before);
      expect(written.filter(each => each.startsWith('delete'))).toEqual([
        'delete datavolumes debian-12',
      ]);
    },
  );

  it('unlocks what a policy protects, and only then deletes it', async () => {
    await t.start();
    await t.publish();
    t.cluster.beforeWrite(write => {
      const locked =
        write === 'delete datavolumes debian-12' &&
        !t.cluster.writes.includes('patch datavolumes debian-12 (unlock)');
      if (!locked) return;
      t.cluster.writes.push('patch datavolumes debian-12 (unlock)');
      throw new KubernetesApiError({
        status: 403,
        message:
          'datavolumes "debian-12" is forbidden: ValidatingAdmissionPolicy \'golden-images-delete\' denied request: protected',
      });
    });
    t.mark('debian-12');
    await t.isGone('debian-12');
    expect(t.cluster.writes.slice(-3)).toEqual([
      'patch datavolumes debian-12 (unlock)',
      'patch datavolumes debian-12',
      'delete datavolumes debian-12',
    ]);
  });
});
