import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { keyOf, useTracking } from './__testUtils__/useTracking';
import { SIZE_BYTES } from './__testUtils__/world';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const { claims, dataVolumes, longhornVolumes } = RESOURCES;
const databases = testDatabases();

describe.each(databases.eachSupportedId())('tracking on %s', id => {
  const scene = useTracking(databases, id);

  it('shows an import from its request to ready, with all that is known of it', async () => {
    scene.world.requestImport('debian', '12');
    await scene.start();
    const requested = await scene.imageIn('debian-12', 'pending');
    expect(requested).toMatchObject({
      requestHash: 'hash-12',
      stage: 'accepted',
      giveUp: false,
      readyBefore: false,
      object: { ours: true, image: 'debian', version: '12', current: false },
    });

    scene.cluster.change(dataVolumes, IMAGES, 'debian-12', {
      status: { phase: 'ImportInProgress', progress: '38.97%' },
    });
    const importing = await scene.imageIn('debian-12', 'importing');
    expect(importing.object.progressPercent).toBeCloseTo(38.97, 0);

    scene.world.finishImport('debian-12');
    await scene.imageIn('debian-12', 'ready');
    const { object } = await until('it is current', async () => {
      const row = await scene.image('debian-12');
      return row?.object.current && row.object.readyAt !== undefined && row;
    });
    expect(object).toMatchObject({
      sizes: {
        requestedBytes: SIZE_BYTES,
        capacityBytes: SIZE_BYTES,
        usedBytes: 1000,
      },
      storageClass: 'longhorn',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
      volumeHandle: `pvc-of-${IMAGES}-debian-12`,
      longhorn: { state: 'detached', replicas: 3 },
      verified: 'checksum',
      protection: 'advisory',
      requestedBy: 'user:default/dana',
      source: { type: 'http' },
    });
    expect(object.source?.url).not.toMatch(/pw|token/);
  });

  it('calls nothing current until its rows are derived from the new lists', async () => {
    scene.world.requestImport('debian', '12');
    await scene.start();
    await scene.imageIn('debian-12', 'pending');
    await scene.tracking.stop();
    scene.cluster.remove(dataVolumes, IMAGES, 'debian-12');
    scene.world.requestImport('alpine', '3');

    await scene.start();
    const told: Promise<unknown>[] = [];
    const stop = scene.tracking.onChange(() => {
      const states = Promise.all([
        scene.connections(),
        scene.image('debian-12'),
        scene.image('alpine-3'),
      ]).then(([[connection], gone, added]) => ({
        connection,
        isOld: gone !== undefined || added === undefined,
      }));
      told.push(states);
    });
    await scene.isConnected();
    stop();
    expect(await Promise.all(told)).not.toContainEqual({
      connection: 'connected',
      isOld: true,
    });
  });

  it('tells of an archive that it holds files, also of its clones', async () => {
    scene.world.requestImport('fonts', '1');
    scene.cluster.change(dataVolumes, IMAGES, 'fonts-1', {
      spec: { contentType: 'archive' },
    });
    scene.world.finishImport('fonts-1');
    await scene.start();
    const { object } = await scene.imageIn('fonts-1', 'ready');
    expect(object.contentType).toBe('archive');
    scene.world.clone('orders-fonts', 'fonts-1', {
      state: 'completed',
      actualSize: 1000,
    });
    const clone = await until('its clone is there', async () =>
      scene.volume('orders-fonts'),
    );
    expect(clone.object.source).toMatchObject({
      image: 'fonts',
      contentType: 'archive',
    });
  });

  it('follows the copy of a clone, and what happens to its image', async () => {
    scene.world.requestImport('debian', '12');
    scene.world.finishImport('debian-12');
    await scene.start();
    await scene.imageIn('debian-12', 'ready');
    scene.world.clone('orders-disk', 'debian-12', {
      state: 'initiated',
      actualSize: 500,
    });
    const copying = await until('it copies', async () => {
      const row = await scene.volume('orders-disk');
      return row?.object.progressPercent === 50 && row;
    });
    expect(copying).toMatchObject({
      stage: 'bound',
      object: {
        state: 'copying',
        ours: true,
        entityRef: 'component:default/orders',
        source: {
          name: 'debian-12',
          image: 'debian',
          version: '12',
          verified: 'checksum',
        },
      },
    });

    // The copy moves on in Longhorn alone: claim and PersistentVolume do not change.
    scene.cluster.change(
      longhornVolumes,
      'longhorn-system',
      `pvc-of-${IMAGES}-orders-disk`,
      { status: { actualSize: 1000, cloneStatus: { state: 'completed' } } },
    );
    await until(
      'it is usable',
      async () =>
        (await scene.volume('orders-disk'))?.object.state === 'usable',
    );

    scene.world.requestImport('debian', '13');
    scene.world.finishImport('debian-13');
    await until(
      'a newer version is shown',
      async () =>
        (await scene.volume('orders-disk'))?.object.source?.newerVersion ===
        '13',
    );

    for (const type of [dataVolumes, claims]) {
      scene.cluster.remove(type, IMAGES, 'debian-12');
    }
    await until(
      'the source is gone',
      async () => (await scene.volume('orders-disk'))?.object.source?.removed,
    );
    expect(await scene.image('debian-12')).toBeUndefined();
    expect((await scene.volume('orders-disk'))?.object.state).toBe('usable');
    const found = await scene.tracking.reader.listVolumes({
      entityRef: 'component:default/orders',
      kubernetesId: 'orders',
    });
    expect(found.map(row => row.object.name)).toEqual(['orders-disk']);
  });

  it('says in the words of Longhorn why a copy failed', async () => {
    scene.world.requestImport('debian', '12');
    scene.world.finishImport('debian-12');
    scene.world.clone('orders-disk', 'debian-12', {
      state: 'failed',
      actualSize: 0,
    });
    await scene.start();
    await until(
      'it fails',
      async () =>
        (await scene.volume('orders-disk'))?.object.state === 'failing',
    );
    const name = `pvc-of-${IMAGES}-orders-disk`;
    const copied = await scene.cluster.get({
      type: longhornVolumes,
      namespace: 'longhorn-system',
      name,
    });
    const at = new Date(scene.timing.nowMs()).toISOString();
    scene.cluster.put(RESOURCES.events, {
      metadata: { name: `${name}.1`, namespace: 'longhorn-system' },
      involvedObject: {
        kind: 'Volume',
        namespace: 'longhorn-system',
        name,
        uid: copied?.metadata.uid,
      },
      type: 'Warning',
      reason: 'VolumeCloneFailed',
      message: 'failed to clone: replica r-1 is out of space',
      lastTimestamp: at,
    });
    const quoted = await until('Longhorn is quoted', async () => {
      const row = await scene.volume('orders-disk');
      return row?.object.message && row.object;
    });
    expect(quoted).toMatchObject({
      state: 'failing',
      message: 'failed to clone: replica r-1 is out of space',
    });
  });

  it('shows what others made, and never the helpers of CDI', async () => {
    scene.cluster.put(dataVolumes, {
      metadata: { name: 'golden-base-image', namespace: IMAGES },
      spec: { source: { http: { url: 'https://example.com/b.qcow2' } } },
    });
    scene.world.boundClaim(IMAGES, 'orders-scratch', {});
    scene.world.boundClaim(IMAGES, 'prime-1234', {
      labels: { 'velero.io/exclude-from-backup': 'true' },
    });
    await scene.start();
    const base = await until('it is there', () =>
      scene.image('golden-base-image'),
    );
    expect(base.object).toMatchObject({
      ours: false,
      image: 'golden-base-image',
    });
    const volumes = await scene.tracking.reader.listVolumes({
      namespace: IMAGES,
    });
    expect(volumes.map(({ object }) => [object.name, object.ours])).toEqual([
      ['orders-scratch', false],
    ]);
  });

  it('selects volumes by the labels that their claims have now', async () => {
    scene.world.boundClaim(IMAGES, 'orders-data', {
      labels: { app: 'orders' },
    });
    scene.cluster.put(dataVolumes, {
      metadata: {
        name: 'no-claim-yet',
        namespace: 'team-a',
        labels: { app: 'orders' },
      },
      spec: { source: { pvc: { namespace: IMAGES, name: 'orders-data' } } },
    });
    await scene.start();
    const selected = async () => {
      const rows = await scene.tracking.reader.selectVolumes({
        requirements: [{ key: 'app', operator: 'in', values: ['orders'] }],
        clusters: ['c1'],
      });
      return rows.map(({ object }) => object.name).join();
    };
    await until(
      'both are selected',
      async () => (await selected()) === 'orders-data,no-claim-yet',
    );
    scene.cluster.change(claims, IMAGES, 'orders-data', {
      metadata: { labels: { app: 'billing' } },
    });
    await until(
      'one is not selected any more',
      async () => (await selected()) === 'no-claim-yet',
    );
    scene.cluster.remove(dataVolumes, 'team-a', 'no-claim-yet');
    await until('nothing is', async () => (await selected()) === '');
    expect(await scene.knex('tracked_labels').where({ label: 'app' })).toEqual([
      expect.objectContaining({ name: 'orders-data', value: 'billing' }),
    ]);
  });

  it('shows at once what was written and read back', async () => {
    await scene.start();
    await scene.isConnected();
    scene.world.requestImport('debian', '12');
    await scene.tracking.refresh(keyOf('debian-12'));
    expect(await scene.image('debian-12')).toBeDefined();
    scene.cluster.remove(dataVolumes, IMAGES, 'debian-12');
    await scene.tracking.refresh(keyOf('debian-12'));
    expect(await scene.image('debian-12')).toBeUndefined();
    await expect(scene.tracking.refresh(keyOf('x', 'c9'))).rejects.toThrow(
      'No cluster "c9" is configured',
    );
  });

  it('tells namespaces, classes and what a clone must know of its source', async () => {
    scene.world.requestImport('debian', '12');
    scene.world.finishImport('debian-12');
    await scene.start();
    await scene.imageIn('debian-12', 'ready');
    expect(
      await scene.tracking.reader.listNamespaces({ cluster: 'c1' }),
    ).toEqual([
      {
        cluster: 'c1',
        name: IMAGES,
        annotatedOwner: `group:default/${IMAGES}`,
        terminating: false,
      },
      expect.objectContaining({ name: 'team-a' }),
    ]);
    expect(await scene.tracking.storageClasses('c1')).toEqual([
      {
        name: 'longhorn',
        provisioner: 'driver.longhorn.io',
        isDefault: true,
        allowVolumeExpansion: true,
        bindingMode: 'Immediate',
        parameters: { fsType: 'ext4' },
      },
    ]);
    expect(await scene.tracking.sourceClaim(keyOf('debian-12'))).toMatchObject({
      phase: 'Bound',
      capacityBytes: SIZE_BYTES,
      longhornSizeBytes: SIZE_BYTES,
      driver: 'driver.longhorn.io',
      volumeHandle: `pvc-of-${IMAGES}-debian-12`,
    });
    expect(await scene.tracking.sourceClaim(keyOf('absent'))).toBeUndefined();
  });

  it('survives the loss of its database without forgetting which bytes were meant', async () => {
    scene.world.requestImport('debian', '12');
    scene.world.finishImport('debian-12');
    await scene.start();
    await until('its identity is written', async () => {
      const object = await scene.cluster.get({
        type: dataVolumes,
        namespace: IMAGES,
        name: 'debian-12',
      });
      return object?.metadata.annotations?.[ANNOTATIONS.claimUid];
    });
    await scene.tracking.stop();
    for (const table of ['object_views', 'tracked_objects']) {
      await scene.knex(table).delete();
    }
    // Meanwhile CDI has imported again, under the same name.
    scene.cluster.remove(claims, IMAGES, 'debian-12');
    scene.world.finishImport('debian-12');
    await scene.start();
    const row = await scene.imageIn('debian-12', 'failing');
    expect(row.object.reason).toBe('re-imported');
    expect(row.readyBefore).toBe(true);
  });

  it('hints at changes, until it is told not to', async () => {
    await scene.start();
    let hints = 0;
    const stop = scene.tracking.onChange(() => (hints += 1));
    scene.world.requestImport('debian', '12');
    await until('a hint', async () => hints > 0);
    stop();
    const before = hints;
    scene.world.requestImport('alpine', '3');
    await scene.imageIn('alpine-3', 'pending');
    expect(hints).toBe(before);
  });
});
