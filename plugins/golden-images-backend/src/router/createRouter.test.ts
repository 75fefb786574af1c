import { mockCredentials } from '@backstage/backend-test-utils';
import {
  cloneResponseSchema,
  imageListSchema,
  importResponseSchema,
  manifestsResponseSchema,
  namespaceListSchema,
  volumeListSchema,
  waitStatusSchema,
} from '@golden-images/plugin-golden-images-common';
import request from 'supertest';
import { as } from '../service/__testUtils__/world';
import { createApp, token } from './__testUtils__/createApp';

const service = () => mockCredentials.service.header();

const IMPORT = {
  name: 'ubuntu',
  version: '1',
  source: { http: { url: 'https://images.example/u.qcow2?key=SECRET' } },
  size: '10Gi',
};

describe('router', () => {
  it('imports, and opens and closes an audit event without secrets', async () => {
    const { app, closed } = createApp();
    const response = await request(app)
      .post('/images')
      .set('Authorization', token('lena'))
      .send(IMPORT);
    expect(response.status).toBe(202);
    const body = importResponseSchema.parse(response.body);
    expect(body).toMatchObject({ created: true, dryRun: false });
    expect(closed).toEqual([
      {
        eventId: 'image-import',
        meta: { name: 'ubuntu', version: '1', dryRun: false },
        end: 'success',
        outcome: { created: true },
      },
    ]);
    expect(JSON.stringify([closed, body])).not.toContain('SECRET');
    const list = await request(app)
      .get('/images?cluster=dev&ready=false')
      .set('Authorization', token('emil'));
    expect(imageListSchema.parse(list.body).items).toHaveLength(1);
    const one = await request(app)
      .get('/images/dev/golden-images/ubuntu-1')
      .set('Authorization', token('emil'));
    expect(one.body.name).toBe('ubuntu-1');
  });

  it('takes a dry run from the query', async () => {
    const { app, cluster } = createApp();
    const response = await request(app)
      .post('/images?dryRun=true')
      .set('Authorization', token('lena'))
      .send(IMPORT);
    expect(response.status).toBe(202);
    expect(response.body.dryRun).toBe(true);
    expect(cluster.count('datavolumes')).toBe(0);
  });

  it('makes objects for Git of what is asked for', async () => {
    const { app, cluster } = createApp();
    const response = await request(app)
      .post('/manifests')
      .set('Authorization', token('lena'))
      .send({ import: IMPORT });
    expect(response.status).toBe(200);
    const { manifests } = manifestsResponseSchema.parse(response.body);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'DataVolume',
      'DataSource',
    ]);
    expect(cluster.writes).toEqual([]);
    const wrong = await request(app)
      .post('/manifests')
      .set('Authorization', token('lena'))
      .send({});
    expect(wrong.status).toBe(400);
    const denied = await request(app)
      .post('/manifests')
      .set('Authorization', token('dora'))
      .send({ import: IMPORT });
    expect(denied.status).toBe(403);
  });

  it('audits what it denies, once', async () => {
    const { app, closed } = createApp();
    const write = await request(app)
      .post('/images')
      .set('Authorization', token('dora'))
      .send(IMPORT);
    expect(write.status).toBe(403);
    expect(write.body.error.message).toMatch(/may not import into/);
    const read = await request(app)
      .get('/volumes?cluster=dev&namespace=team-b')
      .set('Authorization', token('dora'));
    expect(read.status).toBe(403);
    expect(closed).toEqual([
      expect.objectContaining({
        eventId: 'image-import',
        end: 'NotAllowedError',
      }),
      {
        eventId: 'access-denied',
        meta: { method: 'GET', path: '/volumes' },
        end: 'NotAllowedError',
      },
    ]);
  });

  it('names every field that is wrong', async () => {
    const { app, cluster } = createApp();
    const response = await request(app)
      .post('/images')
      .set('Authorization', token('lena'))
      .send({
        name: 'Ubuntu!',
        size: '10 GB',
        source: { http: { url: 'x', password: 'y' } },
        more: true,
      });
    expect(response.status).toBe(400);
    for (const field of [
      'name: must consist of lower case',
      'size: must be "auto" or a Kubernetes quantity; did you mean "10G"? (given: "10 GB")',
      'source.http.url: must be a URL that starts with "http://"',
      'source.http.password: must not be part of a request, which others can read; put it into a Secret',
      'more: is not a field of this request; leave it out, or use one of: cluster,',
    ]) {
      expect(response.body.error.message).toContain(field);
    }
    expect(cluster.writes).toEqual([]);
  });

  it.each([
    ['/images?ready=perhaps', 'ready: '],
    ['/images?cluster=a&cluster=b', 'cluster: '],
    ['/namespaces?for=eating', 'for: '],
    ['/volumes', 'query: give either entityRef, or cluster and namespace'],
    ['/volumes?cluster=dev', 'query: give either'],
    [
      '/volumes?entityRef=component:default/a&cluster=dev&namespace=b',
      'query: give either',
    ],
    ['/volumes?entityRef=nonsense', 'entityRef: "nonsense" must be'],
    ['/activity?cluster=dev', 'namespace: is missing; give it'],
    ['/activity?cluster=dev&namespace=team-a&limit=201', 'limit: '],
  ])('refuses GET %s', async (path, message) => {
    const { app } = createApp();
    const response = await request(app)
      .get(path)
      .set('Authorization', token('ada'));
    expect(response.status).toBe(400);
    expect(response.body.error.message).toContain(message);
  });

  it.each([
    ['GET', '/clusters', ['user']],
    ['GET', '/activity?cluster=dev&namespace=team-a', ['user']],
    ['GET', '/namespaces', ['user']],
    ['GET', '/images', ['user']],
    ['GET', '/images/dev/golden-images/x', ['user']],
    ['POST', '/images', ['user']],
    ['GET', '/volumes', ['user']],
    ['GET', '/volumes/dev/team-a/x', ['user']],
    ['POST', '/volumes', ['user']],
    ['POST', '/volumes/batch', ['user']],
    ['POST', '/preflight', ['user']],
    ['POST', '/waits', ['user']],
    ['POST', '/waits/status', ['service']],
    ['POST', '/waits/release', ['service']],
  ])('%s %s is for %j alone', async (method, path, allowed) => {
    const { app } = createApp();
    const ask = async (header?: string) => {
      const sent =
        method === 'GET' ? request(app).get(path) : request(app).post(path);
      const response = await (header
        ? sent.set('Authorization', header)
        : sent);
      return response.status;
    };
    expect(await ask()).toBe(401);
    const statuses = {
      user: await ask(token('ada')),
      service: await ask(service()),
    };
    const [refused] = (['user', 'service'] as const).filter(
      kind => !allowed.includes(kind),
    );
    expect(statuses).toEqual({
      user: expect.any(Number),
      service: expect.any(Number),
      [refused]: 403,
    });
    expect(Object.values(statuses).filter(s => s === 403)).toHaveLength(1);
  });

  it('lists clusters and namespaces', async () => {
    const { app } = createApp();
    const clusters = await request(app)
      .get('/clusters')
      .set('Authorization', token('dora'));
    expect(clusters.body.items).toEqual([
      expect.objectContaining({ name: 'dev', connection: 'connected' }),
    ]);
    const namespaces = await request(app)
      .get('/namespaces?for=clone')
      .set('Authorization', token('dora'));
    expect(namespaceListSchema.parse(namespaces.body).items).toEqual([
      {
        cluster: 'dev',
        name: 'team-a',
        owner: 'group:default/team-a',
        imageNamespace: false,
        quota: { known: true, left: [] },
      },
    ]);
  });

  it('clones, shows volumes, waits and releases', async () => {
    const { app, images, tracking, closed } = createApp();
    await images.import(IMPORT, { ...as('lena'), dryRun: false });
    const image = 'dev/golden-images/ubuntu-1';
    tracking.states.set(image, { state: 'ready' });
    tracking.sources.set(image, {
      uid: 'claim',
      capacityBytes: 10 * 2 ** 30,
      storageClass: 'longhorn',
      accessModes: ['ReadWriteOnce'],
    });
    const clone = await request(app)
      .post('/volumes')
      .set('Authorization', token('dora'))
      .send({
        image: { name: 'ubuntu', version: '1' },
        namespace: 'team-a',
        name: 'orders-disk',
        entityRef: 'component:default/orders',
        onTimeout: 'delete',
        timeoutSeconds: 60,
      });
    expect(clone.status).toBe(202);
    const { waitHandle } = cloneResponseSchema.parse(clone.body);
    const volumes = await request(app)
      .get('/volumes?entityRef=component:default/orders')
      .set('Authorization', token('emil'));
    expect(volumeListSchema.parse(volumes.body).items).toHaveLength(1);
    const one = await request(app)
      .get('/volumes/dev/team-a/orders-disk')
      .set('Authorization', token('dora'));
    expect(one.body).toMatchObject({
      name: 'orders-disk',
      owner: 'group:default/team-a',
    });
    const begun = await request(app)
      .post('/waits')
      .set('Authorization', token('dora'))
      .send({ kind: 'volume', namespace: 'team-a', name: 'orders-disk' });
    expect(begun.body.waitHandle).toMatch(/^v1\./);
    const status = await request(app)
      .post('/waits/status')
      .set('Authorization', service())
      .send({ waitHandle });
    expect(waitStatusSchema.parse(status.body)).toMatchObject({
      outcome: 'waiting',
      sentence: 'Copying',
    });
    const release = await request(app)
      .post('/waits/release')
      .set('Authorization', service())
      .send({ waitHandle });
    expect(release.body).toEqual({
      outcome: 'deleted',
      sentence: 'It was deleted.',
    });
    expect(closed.map(event => [event.eventId, event.end])).toEqual([
      ['volume-clone', 'success'],
      ['wait-release', 'success'],
    ]);
  });
});
