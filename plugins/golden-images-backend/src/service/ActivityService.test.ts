import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Activity } from '@golden-images/plugin-golden-images-common';
import { as, createWorld } from './__testUtils__/world';

/** Histories of an image and of volumes, all of which are gone from the cluster. */
async function withHistory() {
  const world = createWorld();
  const note = (
    namespace: string,
    name: string,
    action: string,
    over: Partial<Activity> = {},
  ) =>
    world.tracking.recordActivity({
      cluster: 'dev',
      namespace,
      name,
      kind: 'volume',
      action,
      message: `${name}: ${action}`,
      ...over,
    });
  await note('golden-images', 'debian-12', 'import-requested', {
    kind: 'image',
    actor: 'user:default/lena',
  });
  await note('team-a', 'orders-disk', 'clone-requested', {
    actor: 'user:default/dora',
    entityRef: 'component:default/orders',
  });
  await note('team-a', 'private', 'deleted');
  await note('team-a', 'orders-disk', 'deleted', {
    entityRef: 'component:default/orders',
  });
  // Another volume took the name later.
  await note('team-a', 'orders-disk', 'clone-requested', {
    entityRef: 'component:default/secret',
  });
  const seenBy = (
    user: string,
    namespace: string,
    name?: string,
    page: { limit?: number; before?: string } = {},
  ) =>
    world.activities
      .list({ cluster: 'dev', namespace, name, limit: 50, ...page }, as(user))
      .then(({ items, next }) => ({
        lines: items.map(item => item.message),
        next,
      }))
      .catch(error => error.name);
  return { ...world, seenBy };
}

describe('ActivityService', () => {
  it('shows the history of an image to every reader', async () => {
    const { seenBy, activities } = await withHistory();
    expect(await seenBy('emil', 'golden-images', 'debian-12')).toEqual({
      lines: ['debian-12: import-requested'],
    });
    const { items } = await activities.list(
      {
        cluster: 'dev',
        namespace: 'golden-images',
        name: 'debian-12',
        limit: 1,
      },
      as('emil'),
    );
    expect(items).toEqual([
      {
        cluster: 'dev',
        namespace: 'golden-images',
        name: 'debian-12',
        kind: 'image',
        action: 'import-requested',
        actor: 'user:default/lena',
        message: 'debian-12: import-requested',
        at: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('shows that of a volume to whom the volume was shown, line by line', async () => {
    const { seenBy } = await withHistory();
    const own = ['orders-disk: deleted', 'orders-disk: clone-requested'];
    const all = ['orders-disk: clone-requested', ...own];
    expect(await seenBy('dora', 'team-a', 'orders-disk')).toEqual({
      lines: all,
    });
    expect(await seenBy('ada', 'team-a', 'orders-disk')).toEqual({
      lines: all,
    });
    expect(await seenBy('emil', 'team-a', 'orders-disk')).toEqual({
      lines: own,
    });
    expect(await seenBy('dora', 'team-a', 'private')).toEqual({
      lines: ['private: deleted'],
    });
    expect(await seenBy('emil', 'team-a', 'private')).toBe('NotFoundError');
    expect(await seenBy('dora', 'team-a', 'never')).toBe('NotFoundError');
  });

  it('shows that of a namespace to its owner and administrators', async () => {
    const { seenBy } = await withHistory();
    const lines = [
      'orders-disk: clone-requested',
      'orders-disk: deleted',
      'private: deleted',
      'orders-disk: clone-requested',
    ];
    expect(await seenBy('dora', 'team-a')).toEqual({ lines });
    expect(await seenBy('ada', 'team-a')).toEqual({ lines });
    expect(await seenBy('emil', 'team-a')).toBe('NotAllowedError');
    expect(await seenBy('emil', 'team-b')).toEqual({ lines: [] });
    expect(await seenBy('dora', 'golden-images')).toBe('NotAllowedError');
  });

  it('answers in pages', async () => {
    const { seenBy } = await withHistory();
    const first = await seenBy('dora', 'team-a', undefined, { limit: 3 });
    expect(first.lines).toHaveLength(3);
    expect(
      await seenBy('dora', 'team-a', undefined, {
        limit: 3,
        before: first.next,
      }),
    ).toEqual({ lines: ['orders-disk: clone-requested'] });
    expect(
      await seenBy('dora', 'team-a', undefined, { before: '1; drop' }),
    ).toBe('InputError');
  });

  it('is narrowed by the permission policy, for images and volumes apart', async () => {
    const { seenBy, permissions } = await withHistory();
    permissions.authorizeConditional.mockImplementation(async requests =>
      requests.map(() => ({ result: AuthorizeResult.DENY })),
    );
    expect(await seenBy('dora', 'team-a', 'private')).toBe('NotFoundError');
    expect(await seenBy('dora', 'team-a')).toEqual({ lines: [] });
    expect(await seenBy('dora', 'golden-images', 'debian-12')).toMatchObject({
      lines: ['debian-12: import-requested'],
    });
    permissions.authorize.mockImplementation(async requests =>
      requests.map(() => ({ result: AuthorizeResult.DENY })),
    );
    expect(await seenBy('dora', 'golden-images', 'debian-12')).toBe(
      'NotAllowedError',
    );
  });

  it('knows no other clusters', async () => {
    const { activities } = await withHistory();
    await expect(
      activities.list(
        { cluster: 'prod', namespace: 'team-a', limit: 1 },
        as('ada'),
      ),
    ).rejects.toThrow('cluster: there is no "prod" (there: dev)');
  });
});
