import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
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

const { claims, dataVolumes, longhornVolumes, persistentVolumes, pods } =
  RESOURCES;
const databases = testDatabases();
const NAME = 'debian-12';
const KEY = { cluster: 'c1', namespace: IMAGES, name: NAME };
const VOLUME = `pvc-of-${IMAGES}-${NAME}`;

describe.each(databases.eachSupportedId())('drift on %s', id => {
  let knex: Knex;
  let cluster: FakeCluster;
  let world: World;
  let tracking: Tracking;
  let timing: TestTiming;

  const history = async () =>
    (await tracking.listActivity(KEY, { limit: 50 })).items.map(
      ({ action }) => action,
    );
  const noted = (action: string) =>
    until(action, async () => {
      timing.pass(500);
      return (await history())[0] === action;
    });

  beforeEach(async () => {
    knex = await databases.init(id);
    cluster = new FakeCluster();
    world = new World(cluster);
    timing = new TestTiming();
    await start();
    world.requestImport('debian', '12');
    world.finishImport(NAME);
    await until('it is published', async () =>
      (await history()).includes('current-moved'),
    );
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  async function start() {
    ({ tracking } = await startTracking(knex, [cluster], timing));
  }
  const image = async () => (await tracking.reader.getImage(KEY))?.object;
  const drifted = (kinds: string[]) =>
    until(`drift is ${kinds}`, async () => {
      timing.pass(500);
      const drift = (await image())?.drift ?? [];
      const written = drift.every(({ since }) => since !== undefined);
      const found = drift.map(({ kind }) => kind).join();
      return found === kinds.join() && written && { drift };
    });
  const label = (value: string | null) => {
    for (const type of [dataVolumes, claims]) {
      cluster.change(type, IMAGES, NAME, {
        metadata: { labels: { [LABELS.role]: value } },
      });
    }
  };
  const pod = (name: string, over: object, labels = {}) =>
    cluster.put(pods, {
      metadata: { name, namespace: IMAGES, labels },
      spec: {
        volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: NAME } }],
        containers: [{}],
        ...over,
      },
      status: { phase: 'Running' },
    });
  const used = (...names: string[]) =>
    cluster.change(longhornVolumes, 'longhorn-system', VOLUME, {
      status: {
        kubernetesStatus: {
          workloadsStatus: names.map(podName => ({ podName })),
        },
      },
    });

  it('is none for an image as it was published', async () => {
    timing.pass(60_000);
    await tracking.refresh(KEY);
    expect(await image()).toMatchObject({
      state: 'ready',
      protection: 'advisory',
    });
    expect((await image())?.drift).toBeUndefined();
  });

  it('says that its volume was expanded, with both sizes', async () => {
    cluster.change(claims, IMAGES, NAME, {
      spec: { resources: { requests: { storage: '20Gi' } } },
    });
    const { drift } = await drifted(['expanded']);
    expect(drift).toEqual([
      {
        kind: 'expanded',
        since: expect.any(String),
        detail: '10 GiB, now 20 GiB',
        remedy:
          'New clones take the larger size. For the size that was published import it as a new version.',
      },
    ]);
    cluster.change(persistentVolumes, undefined, VOLUME, {
      spec: { capacity: { storage: '20Gi' } },
    });
    await tracking.refresh(KEY);
    expect((await history()).filter(each => each === 'drifted')).toHaveLength(
      1,
    );
  });

  it('says that its label is lost, and when it is there again', async () => {
    label(null);
    const { drift } = await drifted(['label-lost']);
    expect(drift[0].detail).toBe('DataVolume and PersistentVolumeClaim');
    label('golden-image');
    await noted('drift-ended');
    await drifted([]);
    const object = await cluster.get({
      type: dataVolumes,
      namespace: IMAGES,
      name: NAME,
    });
    expect(object?.metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.drift,
    ]);
  });

  it('says that its claim is gone, then that it was imported again', async () => {
    cluster.remove(claims, IMAGES, NAME);
    await drifted(['claim-gone']);
    world.finishImport(NAME);
    await drifted(['re-imported']);
    expect(await image()).toMatchObject({
      state: 'failing',
      reason: 're-imported',
    });
    const { items } = await tracking.listActivity(KEY, { limit: 50 });
    expect(items.find(({ action }) => action === 'drifted')?.message).toBe(
      'debian-12: it was imported again under the same name: these are not the bytes that were published. Import it as a new version and retire this one.',
    );
  });

  it('says that a Pod mounted it for writing, also when that Pod is gone', async () => {
    pod('editor', {});
    used('editor');
    const { drift } = await drifted(['mounted']);
    expect(drift[0].detail).toBe('by editor');
    cluster.remove(pods, IMAGES, 'editor');
    used();
    await tracking.stop();
    await start();
    timing.pass(60_000);
    await drifted(['mounted']);
    expect((await history()).filter(each => each === 'drifted')).toHaveLength(
      1,
    );
  });

  it('takes a raw block device as writing, whatever it says', async () => {
    const claim = { claimName: NAME, readOnly: true };
    pod('raw', {
      volumes: [{ name: 'disk', persistentVolumeClaim: claim }],
      containers: [{ volumeDevices: [{ name: 'disk' }] }],
    });
    used('raw');
    const { drift } = await drifted(['mounted']);
    expect(drift[0].detail).toBe('by raw');
  });

  it('takes no offence at readers, at CDI, and at Pods that have ended', async () => {
    const claim = { claimName: NAME, readOnly: true };
    pod('reader', {
      volumes: [{ name: 'disk', persistentVolumeClaim: claim }],
    });
    pod('source-pod', {}, { app: 'containerized-data-importer' });
    pod('ended', {});
    cluster.change(pods, IMAGES, 'ended', { status: { phase: 'Succeeded' } });
    used('reader', 'source-pod', 'ended');
    const before = timing.nowMs();
    await until('it was looked at', async () => {
      timing.pass(500);
      const [{ protection }] = await tracking.clusterStatus('c1');
      return Date.parse(protection?.checkedAt ?? '') > before + 60_000;
    });
    expect((await image())?.drift).toBeUndefined();
  });
});
