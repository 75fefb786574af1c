import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
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

const { claims, dataImportCrons, dataSources, dataVolumes } = RESOURCES;
const databases = testDatabases();
const DIGEST = `sha256:076d2c3f6e6a${'0'.repeat(52)}`;
const NAME = 'noble-upstream-076d2c3f6e6a';
const KEY = { cluster: 'c1', namespace: IMAGES, name: NAME };

describe.each(databases.eachSupportedId())('scheduled imports on %s', id => {
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
    ({ tracking } = await startTracking(knex, [cluster], timing));
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
  });

  const cron = (over: { labels?: object; spec?: object } = {}) =>
    cluster.put(dataImportCrons, {
      metadata: {
        name: 'noble-weekly',
        namespace: IMAGES,
        labels: {
          [LABELS.role]: 'golden-image',
          [LABELS.image]: 'noble',
          ...over.labels,
        },
      },
      spec: {
        garbageCollect: 'Never',
        managedDataSource: 'noble-upstream',
        ...over.spec,
      },
    });
  /** As CDI does it (recorded with CDI 1.66). */
  function importByCron() {
    cluster.put(dataVolumes, {
      metadata: {
        name: NAME,
        namespace: IMAGES,
        labels: { 'cdi.kubevirt.io/dataImportCron': 'noble-weekly' },
      },
      spec: {
        source: {
          registry: { url: `docker://registry.example/noble@${DIGEST}` },
        },
        storage: { resources: { requests: { storage: '10Gi' } } },
      },
    });
    world.finishImport(NAME);
  }
  const shown = (
    what: string,
    matches: (image: { ours: boolean }) => boolean,
  ) =>
    until(what, async () => {
      timing.pass(500);
      const row = await tracking.reader.getImage(KEY);
      return row && matches(row.object) && row.object;
    });
  const lookedAt = async () => {
    await shown('it is ready', () => true);
    const before = timing.nowMs();
    await until('time has passed', async () => {
      timing.pass(1_000);
      const [{ protection }] = await tracking.clusterStatus('c1');
      return Date.parse(protection?.checkedAt ?? '') > before + 60_000;
    });
  };
  const patches = () =>
    cluster.writes.filter(write => write.startsWith('patch'));

  it('become versions, with alias and identity as any other', async () => {
    cron();
    importByCron();
    const image = await shown('it is current', ({ ours }) => ours);
    expect(image).toMatchObject({
      image: 'noble',
      version: 'upstream-076d2c3f6e6a',
      verified: 'digest',
    });
    const alias = await until('the alias is there', () =>
      cluster.get({ type: dataSources, namespace: IMAGES, name: 'noble' }),
    );
    expect(alias.spec).toMatchObject({
      source: { pvc: { namespace: IMAGES, name: NAME } },
    });
    const [dataVolume, claim] = await Promise.all(
      [dataVolumes, claims].map(type =>
        cluster.get({ type, namespace: IMAGES, name: NAME }),
      ),
    );
    expect(dataVolume?.metadata).toMatchObject({
      labels: { 'cdi.kubevirt.io/dataImportCron': 'noble-weekly' },
      annotations: {
        [ANNOTATIONS.sourceDigest]: DIGEST,
        [ANNOTATIONS.claimUid]: claim?.metadata.uid,
      },
    });
    expect(claim?.metadata.labels?.[LABELS.role]).toBe('golden-image');
    const history = await tracking.listActivity(KEY, { limit: 10 });
    expect(history.items.map(({ action }) => action)).toEqual([
      'current-moved',
      'became-ready',
      'adopted',
    ]);
  });

  it('become versions also when the first attempt ends half way', async () => {
    cron();
    let failed = false;
    cluster.beforeWrite(write => {
      if (failed || write !== `patch datavolumes ${NAME}`) return;
      failed = true;
      throw new KubernetesApiError({ status: 500, message: 'not now' });
    });
    importByCron();
    const image = await shown('it is ours', ({ ours }) => ours);
    expect({ failed, image: image.image }).toEqual({
      failed: true,
      image: 'noble',
    });
  });

  it.each<[string, Parameters<typeof cron>[0]]>([
    ['whose cron is not marked', { labels: { [LABELS.image]: undefined } }],
    ['whose cron is of another image', { labels: { [LABELS.image]: 'x' } }],
    ['whose cron is not golden', { labels: { [LABELS.role]: 'clone' } }],
    ['that CDI would delete', { spec: { garbageCollect: 'Outdated' } }],
    ['of another DataSource', { spec: { managedDataSource: 'noble' } }],
  ])('are left alone %s', async (_, over) => {
    cron(over);
    importByCron();
    await lookedAt();
    expect(await shown('it is there', () => true)).toMatchObject({
      ours: false,
      state: 'ready',
    });
    expect(patches()).toEqual([]);
  });

  it('are left alone when their version was used before', async () => {
    cron();
    cluster.put(dataSources, {
      metadata: {
        name: 'noble',
        namespace: IMAGES,
        labels: { [LABELS.role]: 'golden-image' },
        annotations: {
          [ANNOTATIONS.usedVersions]: '["upstream-076d2c3f6e6a"]',
        },
      },
      spec: { source: {} },
    });
    importByCron();
    await lookedAt();
    expect(patches()).toEqual([]);
  });
});
