import { cloneBatchResponseSchema } from '@golden-images/plugin-golden-images-common';
import request from 'supertest';
import { createWorldWithImage } from '../service/__testUtils__/worldWithImage';
import { createApp, token } from './__testUtils__/createApp';

const item = (name: string, change: object = {}) => ({
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name,
  ...change,
});

function createBatchApp() {
  const world = createApp(createWorldWithImage());
  world.tracking.queue.full = true;
  const post = (items: unknown, query = '') =>
    request(world.app)
      .post(`/volumes/batch${query}`)
      .set('Authorization', token('dora'))
      .send({ items });
  return { ...world, post };
}

describe('POST /volumes/batch', () => {
  it('answers each item in its place, under one audit event', async () => {
    const { post, closed } = createBatchApp();
    const response = await post([
      item('a'),
      item('b', { namespace: 'team-b' }),
      item('c'),
    ]);
    expect(response.status).toBe(202);
    expect(cloneBatchResponseSchema.parse(response.body)).toMatchObject({
      dryRun: false,
      items: [
        { created: true, volume: { name: 'a', state: 'waiting' } },
        { error: { name: 'NotAllowedError' } },
        { created: true, volume: { name: 'c', state: 'waiting' } },
      ],
    });
    expect(closed).toEqual([
      {
        eventId: 'volume-clone-batch',
        meta: {
          items: 3,
          namespaces: ['team-a', 'team-b'],
          images: ['ubuntu'],
          dryRun: false,
        },
        end: 'success',
        outcome: {
          created: 2,
          refused: 1,
          denied: 1,
          deniedNamespaces: ['team-b'],
        },
      },
    ]);
  });

  it('takes a dry run from the query', async () => {
    const { post, cluster, tracking } = createBatchApp();
    const response = await post([item('a')], '?dryRun=true');
    expect(response.body).toMatchObject({
      dryRun: true,
      items: [{ created: true }],
    });
    expect(response.body.items[0]).not.toHaveProperty('waitHandle');
    expect(cluster.writes).toEqual(['create datavolumes/team-a/a (dry run)']);
    expect(tracking.queue.rows.size).toBe(0);
  });

  it('takes 500 items with every field', async () => {
    const { post } = createBatchApp();
    const items = Array.from({ length: 500 }, (_, index) =>
      item(`${'disk'.repeat(12)}-${index}`, {
        cluster: 'dev',
        image: { namespace: 'golden-images', name: 'ubuntu', version: '2' },
        entityRef: 'component:default/orders',
        size: '10Gi',
        storageClass: 'longhorn',
        accessModes: ['ReadWriteOnce'],
        bindImmediately: true,
        replaceFailed: false,
        timeoutSeconds: 600,
        onTimeout: 'keep',
        taskId: 't'.repeat(200),
      }),
    );
    const response = await post(items);
    expect(response.status).toBe(202);
    const created = response.body.items.filter(
      (each: { created?: boolean }) => each.created,
    );
    expect(created).toHaveLength(500);
  });

  it.each([
    [[item('a'), item('b', { size: 'big' })], 'items[1].size'],
    [[item('a', { namespace: 'Team A' })], 'items[0].namespace'],
    [[item('a', { colour: 'red' })], 'items[0].colour'],
    [[item('a'), item('a')], 'items[1].name'],
    [[], 'items'],
    [Array.from({ length: 501 }, (_, index) => item(`disk-${index}`)), 'items'],
    ['all', 'items'],
  ])(
    'refuses what cannot be right, as a whole, by its field',
    async (items, field) => {
      const { post, tracking, cluster } = createBatchApp();
      const response = await post(items);
      expect(response.status).toBe(400);
      expect(response.body.error.problems).toEqual([
        expect.objectContaining({ field, code: 'invalid' }),
      ]);
      expect(tracking.queue.rows.size).toBe(0);
      expect(cluster.writes).toEqual([]);
    },
  );
});
