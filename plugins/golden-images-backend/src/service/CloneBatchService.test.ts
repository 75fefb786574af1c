import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import { RESOURCES, type KubernetesObject } from '../kubernetes/ClusterClient';
import { as } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const item = (name: string, change: Partial<CloneRequest> = {}) => ({
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name,
  entityRef: 'component:default/orders',
  ...change,
});
const run = { ...as('dora'), dryRun: false };

/** With all slots taken, so that what is accepted waits. */
function createFullWorld() {
  const world = createWorldWithImage();
  world.tracking.queue.full = true;
  return world;
}

/** What became of each, in a word or its error's name. */
const ends = ({ items }: { items: object[] }) =>
  items.map(each => {
    const { created, error } = each as {
      created?: boolean;
      error?: { name: string };
    };
    return error?.name ?? created;
  });

describe('CloneBatchService', () => {
  it('accepts all in one transaction, in their order', async () => {
    const { cloneBatches, tracking, permissions } = createFullWorld();
    const names = Array.from({ length: 300 }, (_, index) => `disk-${index}`);
    const answer = await cloneBatches.clone(
      { items: names.map(name => item(name)) },
      run,
    );
    expect(ends(answer)).toEqual(names.map(() => true));
    expect(answer.items[299]).toMatchObject({
      volume: { name: 'disk-299', state: 'waiting' },
      waitHandle: expect.stringMatching(/^v1\./),
      warnings: expect.any(Array),
    });
    expect(tracking.queue.transactions).toEqual([300]);
    expect([...tracking.queue.rows.values()].map(({ name }) => name)).toEqual(
      names,
    );
    // The caller is authorised once for the request.
    expect(permissions.authorize).toHaveBeenCalledTimes(1);
  });

  it('writes what has its turn at once', async () => {
    const { cloneBatches, cluster } = createWorldWithImage();
    const answer = await cloneBatches.clone(
      { items: [item('a'), item('b')] },
      run,
    );
    expect(answer).toMatchObject({
      dryRun: false,
      items: ['a', 'b'].map(name => ({
        created: true,
        volume: { name, state: 'copying' },
      })),
    });
    expect(cluster.writes).toHaveLength(2);
  });

  it('refuses each for its own reasons, and none for those of another', async () => {
    const { cloneBatches, tracking } = createFullWorld();
    const answer = await cloneBatches.clone(
      {
        items: [
          item('good'),
          item('theirs', { namespace: 'team-b', entityRef: undefined }),
          item('entity', { entityRef: 'component:default/billing' }),
          item('small', { size: '5Gi', storageClass: 'nope' }),
          item('nothing', { image: { name: 'nothing' } }),
          item('elsewhere', { cluster: 'prod' }),
          item('too'),
        ],
      },
      run,
    );
    expect(ends(answer)).toEqual([
      true,
      'NotAllowedError',
      'NotAllowedError',
      'InputError',
      'NotFoundError',
      'NotFoundError',
      true,
    ]);
    expect(answer.items[3]).toMatchObject({
      error: {
        message: expect.stringContaining('2 problems, nothing was written'),
        problems: [
          { field: 'size', code: 'too-small' },
          { field: 'storageClass', code: 'storage-class-missing' },
        ],
      },
    });
    expect([...tracking.queue.rows.values()].map(({ name }) => name)).toEqual([
      'good',
      'too',
    ]);
  });

  it('answers the same request again with the same volumes', async () => {
    const { cloneBatches, cluster, tracking } = createWorldWithImage();
    const written = { items: [item('a'), item('b')] };
    await cloneBatches.clone(written, run);
    tracking.queue.full = true;
    const all = { items: [...written.items, item('c')] };
    expect(ends(await cloneBatches.clone(all, run))).toEqual([
      false,
      false,
      true,
    ]);
    expect(ends(await cloneBatches.clone(all, run))).toEqual([
      false,
      false,
      false,
    ]);
    expect(cluster.writes).toHaveLength(2);
  });

  it('makes no second one of two requests that race', async () => {
    const { cloneBatches, tracking } = createFullWorld();
    const items = ['a', 'b', 'c'].map(name => item(name));
    const answers = await Promise.all([
      cloneBatches.clone({ items }, run),
      cloneBatches.clone({ items: [...items].reverse() }, run),
    ]);
    expect(answers.flatMap(ends).filter(Boolean)).toHaveLength(3);
    expect(tracking.queue.rows.size).toBe(3);
  });

  it('refuses who comes second with something else under a name', async () => {
    const { cloneBatches } = createFullWorld();
    const answers = await Promise.all(
      ['10Gi', '20Gi'].map(size =>
        cloneBatches.clone({ items: [item('a', { size })] }, run),
      ),
    );
    expect(answers.map(ends)).toEqual([[true], ['ConflictError']]);
  });

  it('writes nothing in a dry run', async () => {
    const { cloneBatches, cluster, tracking } = createFullWorld();
    const items = [item('a'), item('b', { size: '5Gi' })];
    const answer = await cloneBatches.clone(
      { items },
      { ...run, dryRun: true },
    );
    expect(answer.dryRun).toBe(true);
    expect(ends(answer)).toEqual([true, 'InputError']);
    expect(answer.items[0]).toMatchObject({ waitHandle: undefined });
    const tried = ['create datavolumes/team-a/a (dry run)'];
    expect(cluster.writes).toEqual(tried);
    expect(tracking.queue.rows.size).toBe(0);
    await cloneBatches.clone({ items: [item('a')] }, run);
    const again = await cloneBatches.clone({ items }, { ...run, dryRun: true });
    // It waits for its turn; a dry run hands out nothing to wait for.
    expect(again.items[0]).toMatchObject({
      created: false,
      waitHandle: undefined,
    });
  });

  it('refuses two items of one name, also where only one names the cluster', async () => {
    const { cloneBatches, tracking } = createFullWorld();
    await expect(
      cloneBatches.clone(
        { items: [item('a'), item('b'), item('a', { cluster: 'dev' })] },
        run,
      ),
    ).rejects.toMatchObject({
      name: 'InputError',
      problems: [
        {
          field: 'items[2].name',
          message: '"team-a/a" is asked for by items[0] already',
        },
      ],
    });
    expect(tracking.queue.rows.size).toBe(0);
  });

  it('is refused as a whole to who may clone nothing', async () => {
    const { cloneBatches, permissions, tracking } = createFullWorld();
    permissions.authorize.mockResolvedValue([{ result: 'DENY' }] as never);
    await expect(
      cloneBatches.clone({ items: [item('a')] }, run),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    expect(tracking.queue.rows.size).toBe(0);
  });

  it('says what the cluster says of one', async () => {
    const { cloneBatches, cluster } = createWorldWithImage();
    cluster.refuseNext('create', 'datavolumes', {
      status: 403,
      message: 'exceeded quota: disks, requested: requests.storage=10Gi',
    });
    const answer = await cloneBatches.clone(
      { items: [item('a'), item('b')] },
      run,
    );
    expect(ends(answer).sort()).toEqual(['ConflictError', true]);
    expect(answer.items).toContainEqual({
      error: {
        name: 'ConflictError',
        message: expect.stringContaining('The quota of the namespace'),
      },
    });
  });

  it('reads the quota twice at most for all that find it too small', async () => {
    const { cloneBatches, cluster } = createFullWorld();
    cluster.put(RESOURCES.quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'disks', namespace: 'team-a' },
      status: {
        hard: { 'requests.storage': '15Gi' },
        used: { 'requests.storage': '10Gi' },
      },
    } as KubernetesObject);
    const list = jest.spyOn(cluster, 'list');
    const names = Array.from({ length: 30 }, (_, index) => `disk-${index}`);
    const answer = await cloneBatches.clone(
      { items: names.map(name => item(name)) },
      run,
    );
    expect(answer.items).toEqual(
      names.map(() => ({
        error: expect.objectContaining({
          name: 'InputError',
          problems: [expect.objectContaining({ code: 'quota' })],
        }),
      })),
    );
    const reads = list.mock.calls.filter(
      ([type, where]) =>
        type === RESOURCES.quotas && where?.namespace === 'team-a',
    );
    expect(reads).toHaveLength(2);
  });

  it('logs what is no refusal, and tells nobody else', async () => {
    const { cloneBatches, tracking, logger } = createFullWorld();
    jest
      .spyOn(tracking.queue, 'enterAll')
      .mockImplementation(async () => [
        { status: 'rejected', reason: new Error('insert into secrets') },
      ]);
    const answer = await cloneBatches.clone({ items: [item('a')] }, run);
    expect(answer.items).toEqual([
      {
        error: {
          name: 'InternalServerError',
          message: expect.stringContaining('in the log of the backend'),
        },
      },
    ]);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringContaining('team-a/a'),
      expect.objectContaining({ message: 'insert into secrets' }),
    );
  });
});
