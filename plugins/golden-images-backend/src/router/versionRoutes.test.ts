import {
  ANNOTATIONS,
  LABELS,
  currentVersionSchema,
  imageDependentsSchema,
  imageSchema,
  retireResponseSchema,
  updateImageResponseSchema,
} from '@golden-images/plugin-golden-images-common';
import request from 'supertest';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { createWorldWithImage } from '../service/__testUtils__/worldWithImage';
import { createApp, token } from './__testUtils__/createApp';

const LENA = token('lena');
const DORA = token('dora');
const OLD = '/images/dev/golden-images/ubuntu-1';
const IMAGE = '/images/dev/golden-images/ubuntu';

function createImageApp() {
  const world = createWorldWithImage();
  world.cluster.put(RESOURCES.dataSources, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: {
      name: 'ubuntu',
      namespace: 'golden-images',
      labels: { [LABELS.role]: 'golden-image' },
      annotations: { [ANNOTATIONS.usedVersions]: '["1","2"]' },
    },
    spec: { source: { pvc: { namespace: 'golden-images', name: 'ubuntu-2' } } },
  });
  return createApp(world);
}

const key = { cluster: 'dev', namespace: 'golden-images', name: 'ubuntu-1' };
const imageKey = {
  cluster: 'dev',
  namespace: 'golden-images',
  image: 'ubuntu',
};

describe('version routes', () => {
  it('roll back, unpin and withdraw under audit', async () => {
    const { app, closed } = createImageApp();
    const set = await request(app)
      .post(`${IMAGE}/current`)
      .set('Authorization', LENA)
      .send({ version: '1' });
    expect(set.status).toBe(200);
    expect(currentVersionSchema.parse(set.body)).toEqual({
      ...imageKey,
      name: 'ubuntu-1',
      pinned: true,
      changed: true,
    });
    for (const [path, body] of [
      [`${IMAGE}/current/pin`, { name: 'ubuntu-1', pinned: false }],
      [`${IMAGE}/current`, { pinned: false, changed: true }],
    ] as const) {
      const response = await request(app)
        .delete(path)
        .set('Authorization', LENA);
      expect(currentVersionSchema.parse(response.body)).toMatchObject(body);
    }
    expect(closed).toEqual([
      {
        eventId: 'image-set-current',
        meta: { ...imageKey, version: '1' },
        end: 'success',
        outcome: { changed: true },
      },
      {
        eventId: 'image-unpin',
        meta: imageKey,
        end: 'success',
        outcome: { changed: true },
      },
      {
        eventId: 'image-withdraw-current',
        meta: imageKey,
        end: 'success',
        outcome: { changed: true },
      },
    ]);
  });

  it('change what is said of an image, under audit', async () => {
    const { app, closed } = createImageApp();
    const patched = await request(app)
      .patch(OLD)
      .set('Authorization', LENA)
      .send({ title: 'Ubuntu', deprecated: { reason: 'End of life' } });
    expect(patched.status).toBe(200);
    expect(updateImageResponseSchema.parse(patched.body)).toMatchObject({
      changed: true,
      image: { title: 'Ubuntu', deprecated: { reason: 'End of life' } },
    });
    const refused = await request(app)
      .patch(OLD)
      .set('Authorization', DORA)
      .send({ title: null });
    expect(refused.status).toBe(403);
    const wrong = await request(app)
      .patch(OLD)
      .set('Authorization', LENA)
      .send({ links: [{ url: 'ftp://wiki.example/' }], owner: 'me' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error.message).toMatch(
      /owner: must be a full entity reference.*\n- links\[0\]\.url: must be an address of http or https/,
    );
    expect(closed).toEqual([
      {
        eventId: 'image-update',
        meta: { ...key, fields: ['title', 'deprecated'] },
        end: 'success',
        outcome: { changed: true },
      },
      {
        eventId: 'image-update',
        meta: { ...key, fields: ['title'] },
        end: 'NotAllowedError',
      },
    ]);
  });

  it('name every field that is wrong', async () => {
    const { app, closed } = createImageApp();
    const set = await request(app)
      .post(`${IMAGE}/current`)
      .set('Authorization', LENA)
      .send({ version: 'A b', pin: 1 });
    expect(set.status).toBe(400);
    expect(set.body.error.message).toMatch(
      /version: must consist[\s\S]*pin: must be true or false/,
    );
    const hold = await request(app)
      .post(`${OLD}/hold`)
      .set('Authorization', LENA)
      .send({ reason: ' ' });
    expect(hold.status).toBe(400);
    expect(hold.body.error.message).toMatch(/^reason: /);
    expect(closed).toEqual([]);
  });

  it('put on hold and release', async () => {
    const { app, closed } = createImageApp();
    const held = await request(app)
      .post(`${OLD}/hold`)
      .set('Authorization', LENA)
      .send({ reason: 'an audit' });
    expect(imageSchema.parse(held.body).hold).toBe('an audit');
    const freed = await request(app)
      .delete(`${OLD}/hold`)
      .set('Authorization', LENA);
    expect(imageSchema.parse(freed.body).hold).toBeUndefined();
    expect(closed).toEqual([
      {
        eventId: 'image-hold',
        meta: { ...key, reason: 'an audit' },
        end: 'success',
        outcome: {},
      },
      { eventId: 'image-release-hold', meta: key, end: 'success', outcome: {} },
    ]);
  });
});

describe('retirement routes', () => {
  it('show dependents, try, retire and call off', async () => {
    const { app, closed } = createImageApp();
    const dependents = await request(app)
      .get(`${OLD}/dependents`)
      .set('Authorization', LENA);
    expect(imageDependentsSchema.parse(dependents.body).blockers).toEqual([]);
    const tried = await request(app)
      .delete(`${OLD}?dryRun=true`)
      .set('Authorization', LENA);
    expect(tried.status).toBe(200);
    expect(retireResponseSchema.parse(tried.body).image).not.toHaveProperty(
      'retirement',
    );
    const retired = await request(app).delete(OLD).set('Authorization', LENA);
    expect(retired.status).toBe(202);
    expect(retireResponseSchema.parse(retired.body).image.retirement?.by).toBe(
      'user:default/lena',
    );
    const list = await request(app)
      .get('/images?ready=true')
      .set('Authorization', LENA);
    expect(list.body.items.map(({ name }: { name: string }) => name)).toEqual(
      [],
    );
    const cancelled = await request(app)
      .delete(`${OLD}/retirement`)
      .set('Authorization', LENA);
    expect(imageSchema.parse(cancelled.body)).not.toHaveProperty('retirement');
    const flags = { force: false, wait: false };
    expect(closed).toEqual([
      {
        eventId: 'image-retire',
        meta: { ...key, dryRun: true, ...flags },
        end: 'success',
        outcome: { unseen: [] },
      },
      {
        eventId: 'image-retire',
        meta: { ...key, dryRun: false, ...flags },
        end: 'success',
        outcome: { unseen: [] },
      },
      {
        eventId: 'image-retire-cancel',
        meta: key,
        end: 'success',
        outcome: {},
      },
    ]);
  });

  it('audit denials, also of reads', async () => {
    const { app, closed } = createImageApp();
    for (const [method, path] of [
      ['delete', OLD],
      ['delete', `${OLD}/retirement`],
      ['delete', `${OLD}/hold`],
      ['delete', `${IMAGE}/current`],
      ['get', `${OLD}/dependents`],
    ] as const) {
      const response = await request(app)
        [method](path)
        .set('Authorization', DORA);
      expect(response.status).toBe(403);
    }
    expect(closed.map(event => event.end)).toEqual(
      Array(5).fill('NotAllowedError'),
    );
  });
});
