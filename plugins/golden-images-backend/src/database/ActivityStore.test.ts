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

  const oneAfterTheOther = async () => {
    for (const day of [1, 2, 3, 4, 20, 21]) {
      const uid = `u${day}`;
      await activity.add(line('daily', day, { namespace: 'team-a', uid }));
      await activity.add(
        line('daily', day, {
          namespace: 'team-a',
          uid: day === 21 ? 'u21' : uid,
          action: day === 21 ? 'held' : 'deleted',
        }),
      );
    }
  };
  const left = async () =>
    (await knex('activity').orderBy('id').select('uid', 'action')).map(
      ({ uid, action }) => `${uid} ${action}`,
    );

  it('forgets those who bore a name before whoever bears it now', async () => {
    await oneAfterTheOther();
    await tracked.write(fence, [volumeRecord('daily', { uid: 'u21' })], []);
    await activity.prune(at(10), 0);
    expect(await left()).toEqual([
      'u20 clone-requested',
      'u20 deleted',
      'u21 clone-requested',
      'u21 held',
    ]);
    // However old: it is alive.
    await activity.prune(at(28), 0);
    expect(await left()).toEqual(['u21 clone-requested', 'u21 held']);
  });

  it('forgets them as well when the last one is gone too, but only lately', async () => {
    await oneAfterTheOther();
    await activity.prune(at(10), 0);
    expect(await left()).toEqual([
      'u20 clone-requested',
      'u20 deleted',
      'u21 clone-requested',
      'u21 held',
    ]);
  });

  it('keeps what was noted of an object before, or after, it had an uid of its own', async () => {
    const record = volumeRecord('disk', { uid: 'claim' });
    record.tracked.ownerUid = 'data-volume';
    await tracked.write(fence, [record], []);
    const of = { namespace: 'team-a' };
    await activity.add(line('disk', 1, { ...of, uid: 'former' }));
    await activity.add(line('disk', 2, { ...of, uid: 'data-volume' }));
    await activity.add(
      line('disk', 2, { ...of, uid: 'former', action: 'deleted' }),
    );
    await activity.add(line('disk', 3, { ...of, uid: 'claim' }));
    await activity.add(line('disk', 3, of));
    // A DataVolume that was taken away without its claim: the same disk to people.
    await activity.add(line('disk', 3, { ...of, uid: 'was-its-owner' }));
    await activity.prune(at(10), 0);
    expect(await left()).toEqual([
      'data-volume clone-requested',
      'claim clone-requested',
      'null clone-requested',
      'was-its-owner clone-requested',
    ]);
  });

  it('keeps the whole history of an object that is gone for as long as its end', async () => {
    const of = { namespace: 'team-a', uid: 'second' };
    await tracked.write(fence, [volumeRecord('disk', { uid: 'third' })], []);
    // That the first was gone was seen after the second was asked for.
    await activity.add(line('disk', 1, of));
    await activity.add(
      line('disk', 1, { ...of, uid: 'first', action: 'deleted' }),
    );
    await activity.add(line('disk', 20, { ...of, action: 'deleted' }));
    await activity.prune(at(10), 0);
    expect(await left()).toEqual(['second clone-requested', 'second deleted']);
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
