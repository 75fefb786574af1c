import {
  ANNOTATIONS,
  INSTANCETYPE_LABELS,
} from '@golden-images/plugin-golden-images-common';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { IMAGES } from '../tracking/__testUtils__/startTracking';
import { ControlWorld, keyOf, volumeOf } from './__testUtils__/ControlWorld';

jest.setTimeout(30_000);

const { dataSources, dataVolumes, persistentVolumes } = RESOURCES;
const databases = testDatabases();

describe.each(databases.eachSupportedId())('the alias on %s', id => {
  let t: ControlWorld;
  beforeEach(async () => {
    t = new ControlWorld(await databases.init(id));
  });
  afterEach(() => t.close());

  it('points at none when a first version shall not be current, and remembers it', async () => {
    t.world.requestImport('debian', '12', {
      [ANNOTATIONS.setCurrent]: 'false',
    });
    t.world.finishImport('debian-12');
    await t.start();
    const object = await t.eventually('12 is remembered', () =>
      t.read(dataSources, 'debian'),
    );
    expect(object.metadata.annotations).toEqual({
      [ANNOTATIONS.usedVersions]: '["12"]',
    });
    expect(object.spec).toEqual({ source: {} });
    await t.tracking.refresh(keyOf('debian-12'));
    const row = await t.tracking.reader.getImage(keyOf('debian-12'));
    expect(row?.object).toMatchObject({ state: 'ready', current: false });
    expect(t.cluster.writes).toEqual([
      'patch datavolumes debian-12',
      'create datasources debian',
    ]);
  });

  it('does not move to what is not verified where that is demanded, and says so', async () => {
    await t.start({ requireVerified: true });
    await t.publishVersion('12');
    t.world.requestImport('debian', '13');
    t.cluster.change(dataVolumes, IMAGES, 'debian-13', {
      spec: { source: { http: { checksum: null } } },
    });
    t.world.finishImport('debian-13');
    expect((await t.noted('debian-13', 'not-verified')).message).toBe(
      'debian-13 does not become the current version of debian, and cannot be cloned: its bytes are not verified',
    );
    const alias = await t.read(dataSources, 'debian');
    expect(alias?.spec).toMatchObject({
      source: { pvc: { name: 'debian-12' } },
    });
    expect(alias?.metadata.annotations).toMatchObject({
      [ANNOTATIONS.usedVersions]: '["12","13"]',
    });
    await t.tracking.refresh(keyOf('debian-13'));
    const row = await t.tracking.reader.getImage(keyOf('debian-13'));
    expect(row?.object).toMatchObject({ state: 'ready', verified: 'none' });
  });

  it('takes KubeVirt’s defaults from the version that it moves to, and none from the one before', async () => {
    const labels = async () =>
      (await t.read(dataSources, 'debian'))?.metadata.labels;
    const { defaultPreference, defaultInstancetype } = INSTANCETYPE_LABELS;
    await t.start();
    await t.publishVersion('12');
    // As CDI copies them from the claim of 12.
    t.cluster.change(dataSources, IMAGES, 'debian', {
      metadata: {
        labels: { [defaultPreference]: 'old', [defaultInstancetype]: 'old' },
      },
    });
    t.world.requestImport('debian', '13');
    t.cluster.change(dataVolumes, IMAGES, 'debian-13', {
      metadata: { labels: { [defaultPreference]: 'debian' } },
    });
    t.world.finishImport('debian-13');
    await t.noted('debian-13', 'current-moved');
    expect(await labels()).toMatchObject({ [defaultPreference]: 'debian' });
    expect(await labels()).not.toHaveProperty([defaultInstancetype]);
  });

  it('moves to an image on a volume of no CSI driver', async () => {
    await t.start();
    t.world.requestImport('debian', '12');
    t.world.finishImport('debian-12');
    t.cluster.change(persistentVolumes, undefined, volumeOf('debian-12'), {
      spec: { csi: null, hostPath: { path: '/x' } },
    });
    await t.noted('debian-12', 'current-moved');
    const object = await t.read(dataVolumes, 'debian-12');
    expect(object?.metadata.annotations).toMatchObject({
      [ANNOTATIONS.capacityBytes]: String(10 * 2 ** 30),
    });
    expect(object?.metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.volumeHandle,
    ]);
  });

  it('stays where a person pinned it, and moves again for what is ready after that', async () => {
    const pin = (value: string | null) =>
      t.cluster.change(dataSources, IMAGES, 'debian', {
        metadata: { annotations: { [ANNOTATIONS.pinned]: value } },
      });
    const target = async () => {
      const alias = await t.read(dataSources, 'debian');
      const spec = alias?.spec as { source: { pvc: { name: string } } };
      return spec.source.pvc.name;
    };
    await t.start();
    await t.publishVersion('12');
    pin('true');
    t.world.requestImport('debian', '13');
    t.world.finishImport('debian-13');
    await t.eventually('13 is remembered', async () => {
      const alias = await t.read(dataSources, 'debian');
      const used = alias?.metadata.annotations?.[ANNOTATIONS.usedVersions];
      return used?.includes('13');
    });
    const row = await t.eventually('12 is shown as pinned', async () => {
      const found = await t.tracking.reader.getImage(keyOf('debian-12'));
      return found?.object.pinned && found.object;
    });
    expect(row).toMatchObject({ current: true, pinned: true });
    pin(null);
    await t.tracking.refresh(keyOf('debian-13'));
    expect(await target()).toBe('debian-12');
    await t.publishVersion('14');
    expect(await target()).toBe('debian-14');
  });
});
