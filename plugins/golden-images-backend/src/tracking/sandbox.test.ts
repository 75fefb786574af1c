import { mockServices } from '@backstage/backend-test-utils';
import { startApiServer, type ApiServer } from '@golden-images/sandbox-cluster';
import type { Knex } from 'knex';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES, type KubernetesObject } from '../kubernetes';
import { DefaultClusterClient } from '../kubernetes/DefaultClusterClient';
import { createTracking } from './createTracking';
import { systemTiming, type Timing } from './Timing';
import type { Tracking } from './Tracking';
import { IMAGES, clusterConfig, until } from './__testUtils__/startTracking';

jest.setTimeout(60_000);

const databases = testDatabases();
const key = (name: string) => ({ cluster: 'c1', namespace: IMAGES, name });

/** As the system's, with a hundredth of each wait. */
const hasty: Timing = {
  ...systemTiming,
  delay: (ms, signal) => systemTiming.delay(ms / 100, signal),
};

const dataVolume = (name: string): KubernetesObject => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'DataVolume',
  metadata: { name, namespace: IMAGES },
  spec: {
    source: { http: { url: 'https://images.example/debian.qcow2' } },
    pvc: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  },
});

describe('tracking over the HTTP API of the sandbox', () => {
  let knex: Knex;
  let folder: string;
  let server: ApiServer;
  let tracking: Tracking;

  beforeEach(async () => {
    knex = await databases.init('SQLITE_3');
    folder = mkdtempSync(join(tmpdir(), 'sandbox-api-'));
    await serve({ dataDir: folder });
    tracking = await createTracking({
      config: {
        clusters: [
          {
            ...clusterConfig('c1'),
            connection: { type: 'url', url: server.url, token: 'admin' },
          },
        ],
        admins: [],
        imports: { allow: [] },
        history: { keepForMs: 90 * 24 * 3_600_000 },
      },
      database: { getClient: async () => knex },
      logger: mockServices.logger.mock(),
      createClient: DefaultClusterClient.create,
      timing: hasty,
    });
    await tracking.client('c1').create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: IMAGES },
    });
    await tracking.start();
  });

  afterEach(async () => {
    await tracking.stop();
    await server.close();
    await knex.destroy();
    rmSync(folder, { recursive: true });
  });

  /** On the port that the tracking knows, once it has one. */
  async function serve(options: { dataDir?: string }) {
    server = await startApiServer({ ...options, port: server?.port ?? 0 });
  }

  const make = (name: string) =>
    tracking.client('c1').create(RESOURCES.dataVolumes, dataVolume(name));
  const row = (name: string) => tracking.reader.getImage(key(name));
  const connection = async () => (await tracking.clusterStatus())[0].connection;

  it('sees what is made, changed and deleted', async () => {
    const { object } = await make('debian');
    const seen = await until('it is seen', () => row('debian'));
    expect(seen).toMatchObject({
      ownerUid: object.metadata.uid,
      object: {
        ours: false,
        state: 'pending',
        sizes: { requestedBytes: 2 ** 30 },
      },
    });
    const ref = {
      type: RESOURCES.dataVolumes,
      namespace: IMAGES,
      name: 'debian',
    };
    const uid = object.metadata.uid ?? '';
    await tracking.client('c1').patch(
      ref,
      {
        metadata: { labels: { 'golden-images.backstage.io/version': '12' } },
      },
      { uid },
    );
    await until(
      'its version is seen',
      async () => (await row('debian'))?.object.version === '12',
    );
    expect(await tracking.client('c1').delete(ref, { uid })).toBe(true);
    await until('it has gone', async () => !(await row('debian')));
    const [status] = await tracking.clusterStatus();
    expect(status).toMatchObject({ connection: 'connected', missing: [] });
  });

  it('goes on where it was when the API server was away', async () => {
    await make('before');
    await until('it is seen', () => row('before'));
    await server.close();
    await until('silence is noticed', async () => {
      return (await connection()) === 'unreachable';
    });
    expect(await row('before')).toBeDefined();
    await serve({ dataDir: folder });
    await make('after');
    await until('the new one is seen', () => row('after'));
    expect(await row('before')).toBeDefined();
    await until(
      'all is well',
      async () => (await connection()) === 'connected',
    );
  });

  it('lists anew when the API server has lost what it knew', async () => {
    for (const name of ['a', 'b', 'c']) await make(name);
    await until('it is seen', () => row('c'));
    await server.close();
    await until('silence is noticed', async () => {
      return (await connection()) === 'unreachable';
    });
    await serve({});
    await until('the old world is gone', async () => !(await row('c')));
    await until(
      'all is well',
      async () => (await connection()) === 'connected',
    );
    expect(await tracking.reader.listImages({})).toEqual([]);
  });

  it('keeps up with many changes at once', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `image-${i}`);
    await Promise.all(names.map(make));
    await until(
      'all are seen',
      async () => (await tracking.reader.listImages({})).length === 30,
    );
    const objects = await tracking.client('c1').list(RESOURCES.dataVolumes);
    await Promise.all(
      objects.map(({ metadata }) =>
        tracking.client('c1').delete(
          {
            type: RESOURCES.dataVolumes,
            namespace: IMAGES,
            name: metadata.name,
          },
          { uid: metadata.uid ?? '' },
        ),
      ),
    );
    await until(
      'all are gone',
      async () => (await tracking.reader.listImages({})).length === 0,
    );
    expect(objects).toHaveLength(30);
  });
});
