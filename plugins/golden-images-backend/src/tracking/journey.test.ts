import { mockServices } from '@backstage/backend-test-utils';
import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { TestSandbox } from '@golden-images/sandbox-cluster';
import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { DefaultClusterClient } from '../kubernetes/DefaultClusterClient';
import { createTracking } from './createTracking';
import type { Tracking } from './Tracking';
import {
  IMAGES,
  clusterConfig,
  until as untilSoon,
} from './__testUtils__/startTracking';

jest.setTimeout(120_000);

const databases = testDatabases();
/** Real bytes are downloaded, converted and copied meanwhile. */
const until = <T>(what: string, probe: () => Promise<T | undefined | false>) =>
  untilSoon(what, probe, 50_000);
const key = (name: string) => ({ cluster: 'c1', namespace: IMAGES, name });

describe('an image from import to clone, in the sandbox', () => {
  let knex: Knex;
  let sandbox: TestSandbox;
  let tracking: Tracking;

  beforeAll(async () => {
    knex = await databases.init('SQLITE_3');
    sandbox = await TestSandbox.start();
    tracking = await createTracking({
      config: {
        clusters: [
          {
            ...clusterConfig('c1'),
            connection: { type: 'kubeconfig', path: sandbox.kubeconfigPath },
          },
        ],
        admins: [],
        imports: { allow: [] },
        history: { keepForMs: 90 * 24 * 3_600_000 },
      },
      database: { getClient: async () => knex },
      logger: mockServices.logger.mock(),
      createClient: DefaultClusterClient.create,
    });
    await tracking.client('c1').create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: IMAGES },
    });
    await tracking.start();
  });

  afterAll(async () => {
    await tracking.stop();
    await sandbox.close();
    await knex.destroy();
  });

  const importImage = (
    version: string,
    path: string,
    annotations: Record<string, string> = {},
  ) =>
    tracking.client('c1').create(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name: `base-${version}`,
        namespace: IMAGES,
        labels: {
          [LABELS.role]: 'golden-image',
          [LABELS.image]: 'base',
          [LABELS.version]: version,
        },
        annotations: {
          [ANNOTATIONS.requestHash]: version,
          [ANNOTATIONS.requestedBy]: 'user:default/dana',
          [ANNOTATIONS.onTimeout]: 'delete',
          ...annotations,
        },
      },
      spec: {
        source: { http: { url: new URL(path, sandbox.imageServer).href } },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      },
    });

  it('becomes ready and current, and its clone usable', async () => {
    await importImage('1', '/images/base-image.qcow2');
    const image = await until('the image is current', async () => {
      const row = await tracking.reader.getImage(key('base-1'));
      return row?.object.current === true && row;
    });
    expect(image.object).toMatchObject({
      state: 'ready',
      sizes: { capacityBytes: 2 ** 30 },
      verified: 'none',
    });
    const source = await tracking.sourceClaim(key('base-1'));
    expect(source).toMatchObject({
      phase: 'Bound',
      capacityBytes: 2 ** 30,
      longhornSizeBytes: 2 ** 30,
      driver: 'driver.longhorn.io',
    });
    await tracking.client('c1').create(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'orders',
        namespace: IMAGES,
        labels: { [LABELS.role]: 'clone' },
        annotations: { [ANNOTATIONS.requestHash]: 'clone' },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: source?.storageClass,
        dataSource: {
          apiGroup: '',
          kind: 'PersistentVolumeClaim',
          name: 'base-1',
        },
      },
    });
    const clone = await until('the clone is usable', async () => {
      const row = await tracking.reader.getVolume(key('orders'));
      return row?.object.state === 'usable' && row;
    });
    expect(clone.object).toMatchObject({
      ours: true,
      source: { name: 'base-1', image: 'base', version: '1' },
    });
    await until('its identity is written', async () => {
      const claim = await tracking
        .client('c1')
        .get({ type: RESOURCES.claims, namespace: IMAGES, name: 'orders' });
      return claim?.metadata.annotations?.[ANNOTATIONS.claimUid];
    });
    const rows = await tracking.reader.listVolumes({ namespace: IMAGES });
    expect(rows.map(row => row.object.name)).toEqual(['orders']);
  });

  it('fails as CDI says, and is deleted when its wait is over', async () => {
    await importImage('2', '/images/no-such.qcow2');
    const failing = await until('it fails', async () => {
      const row = await tracking.reader.getImage(key('base-2'));
      return row?.object.state === 'failing' && row;
    });
    expect(failing.object).toMatchObject({
      reason: 'http-client-error',
      message: expect.stringContaining('404'),
    });
    const release = await tracking.release({
      ...key('base-2'),
      kind: 'image',
      requestHash: '2',
      requestedBy: 'user:default/dana',
    });
    expect(release.outcome).toBe('deleted');
    await until('claim and row are gone', async () => {
      const claim = await tracking
        .client('c1')
        .get({ type: RESOURCES.claims, namespace: IMAGES, name: 'base-2' });
      return !claim && !(await tracking.reader.getImage(key('base-2')));
    });
  });
});
