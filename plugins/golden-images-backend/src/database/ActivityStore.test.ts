import type { Activity } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import {
  ActivityStore,
  LeaseLostError,
  LeaseStore,
  TrackedStore,
  migrateDatabase,
  type Fence,
} from './index';
import { testDatabases } from './__testUtils__/testDatabases';
import { volumeRecord } from './__testUtils__/records';

jest.setTimeout(60_000);

const databases = testDatabases();
const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

function line(name: string, day: number, over: Partial<Activity> = {}) {
  return {
    cluster: 'c1',
    namespace: 'ns',
    name,
    kind: 'volume' as const,
    action: 'clone-requested',
    message: `${name} on day ${day}`,
    at: at(day),
    ...over,
  };
}

describe.each(databases.eachSupportedId())('history on %s', id => {
  let knex: Knex;
  let activity: ActivityStore;
  let tracked: TrackedStore;
  let fence: Fence;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    activity = new ActivityStore(knex);
    tracked = new TrackedStore(knex);
    const taken = await new LeaseStore(knex).take('c1', 'one', undefined, 0);
    if (!taken) throw new Error('the first lease is free');
    fence = taken;
  });
  afterEach(async () => {
    await knex.destroy();
  });

  const messages = async (name?: string) => {
    const key = { cluster: 'c1', namespace: 'ns', name };
    const { items } = await activity.list(key, { limit: 5000 });
    return items.map(({ message }) => message);
  };

  it('tells the history of an object, newest first', async () => {
    const asked = line('a', 1, {
      uid: 'u',
      actor: 'user:default/dana',
      entityRef: 'Component:default/Orders',
      message: 'x'.repeat(2000),
    });
    await activity.add(asked);
    await activity.add(line('a', 2, { kind: 'image', action: 'became-ready' }));
    await activity.add(line('b', 3));
    const key = { cluster: 'c1', namespace: 'ns', name: 'a' };
    const { items, lastId } = await activity.list(key, { limit: 10 });
    expect(lastId).toBeUndefined();
    expect(items).toEqual([
      line('a', 2, { kind: 'image', action: 'became-ready' }),
      {
        ...asked,
        entityRef: 'component:default/orders',
        message: 'x'.repeat(1024),
      },
    ]);
    expect(await messages('c')).toEqual([]);
  });

  it('tells that of a namespace in pages', async () => {
    for (const day of [1, 2, 3, 4, 5]) await activity.add(line('a', day));
    await activity.add(line('a', 6, { namespace: 'other' }));
    const key = { cluster: 'c1', namespace: 'ns' };
    const days = [];
    let beforeId: number | undefined;
    do {
      const page = await activity.list(key, { limit: 2, beforeId });
      days.push(page.items.map(item => item.at));
      beforeId = page.lastId;
    } while (beforeId !== undefined);
    expect(days).toEqual([[at(5), at(4)], [at(3), at(2)], [at(1)]]);
  });

  it('forgets what has been gone for long enough, and nothing else', async () => {
    await tracked.write(fence, [volumeRecord('alive')], []);
    for (const [name, day] of [
      ['gone', 1],
      ['alive', 1],
      ['gone-lately', 1],
      ['gone', 2],
      ['gone-lately', 20],
    ] as const) {
      await activity.add(line(name, day, { namespace: 'team-a' }));
    }
    await activity.add(line('gone', 3, { cluster: 'removed' }));
    expect(await activity.prune(at(10), 0)).toBe(0);
    const left = await knex('activity').orderBy('id').select('name', 'at');
    expect(left).toEqual([
      { name: 'alive', at: at(1) },
      { name: 'gone-lately', at: at(1) },
      { name: 'gone-lately', at: at(20) },
    ]);
  });

  it('goes on where it stopped, and begins again at the end', async () => {
    await tracked.write(fence, [volumeRecord('alive')], []);
    await knex.batchInsert(
      'activity',
      Array.from({ length: 1200 }, (_, index) =>
        line(index < 700 ? 'alive' : 'gone', 1, { namespace: 'team-a' }),
      ),
      100,
    );
    const count = async () =>
      Number((await knex('activity').count({ n: '*' }))[0].n);
    const first = await activity.prune(at(10), 0);
    expect(first).toBeGreaterThan(0);
    expect(await count()).toBe(1200);
    const second = await activity.prune(at(10), first);
    expect(second).toBeGreaterThan(first);
    expect(await count()).toBe(900);
    expect(await activity.prune(at(10), second)).toBe(0);
    expect(await count()).toBe(700);
  });

  it('is written with the row that it tells of, or not at all', async () => {
    await tracked.write(fence, [volumeRecord('a')], [], [line('a', 1)]);
    expect(await messages()).toEqual(['a on day 1']);
    const stale = { ...fence, token: fence.token - 1 };
    await expect(
      tracked.write(stale, [], ['team-a/a'], [line('a', 2)]),
    ).rejects.toThrow(LeaseLostError);
    expect(await messages()).toEqual(['a on day 1']);
    expect(await tracked.allKeys('c1')).toEqual(['team-a/a']);
  });
});
