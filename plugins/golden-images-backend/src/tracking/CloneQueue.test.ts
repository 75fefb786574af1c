import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { DEFAULT_CLONE_LIMITS } from '../config/cloneLimits';
import { CloneQueueStore, migrateDatabase } from '../database';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { DatabaseCloneQueue } from './CloneQueue';
import { TestTiming } from './__testUtils__/TestTiming';

const databases = testDatabases();
const WIDTH = 2;

const document: Volume = {
  kind: 'volume',
  cluster: 'c1',
  namespace: 'team-a',
  name: 'disk',
  state: 'pending',
  sizes: {},
  accessModes: [],
  ours: true,
  usedBy: [],
  observedAt: '2026-01-01T00:00:00.000Z',
};

const entry = (name: string, request: object = {}) => ({
  cluster: 'c1',
  namespace: 'team-a',
  name,
  requestHash: `hash-of-${name}`,
  requestedBy: 'user:default/dora',
  imageKey: 'images/base',
  request,
  document: { ...document, name },
});

describe.each(databases.eachSupportedId())('the clone queue on %s', id => {
  let knex: Knex;
  let queue: DatabaseCloneQueue;
  let woken: number;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    woken = 0;
    queue = new DatabaseCloneQueue({
      store: new CloneQueueStore(knex),
      timing: new TestTiming(),
      limitsOf: () => ({
        ...DEFAULT_CLONE_LIMITS,
        width: WIDTH,
        widthPerImage: WIDTH,
      }),
      isCurrent: async () => true,
      wake: () => {
        woken += 1;
      },
      onChange: () => {},
    });
  });
  afterEach(() => knex.destroy());

  it('writes those who come at once in one statement, and shows each its place', async () => {
    const inserts: string[] = [];
    knex.on('query', ({ sql }) => {
      if (/^insert into .clone_requests/.test(sql)) inserts.push(sql);
    });
    const entered = await Promise.all(
      ['a', 'b', 'c', 'd'].map(name => queue.enter(entry(name))),
    );
    expect(entered.map(({ outcome }) => outcome)).toEqual([
      'admitted',
      'admitted',
      'waiting',
      'waiting',
    ]);
    expect(inserts).toHaveLength(1);
    const shown = await Promise.all(entered.map(({ row }) => queue.show(row)));
    expect(
      shown.map(({ name, reason, queuePosition }) => [
        name,
        reason,
        queuePosition,
      ]),
    ).toEqual([
      ['a', 'requested', undefined],
      ['b', 'requested', undefined],
      ['c', 'its-turn', 1],
      ['d', 'its-turn', 2],
    ]);
    const keys = ['d', 'none', 'a'].map(name => ({
      cluster: 'c1',
      namespace: 'team-a',
      name,
    }));
    const found = await Promise.all(keys.map(key => queue.find(key)));
    expect(found.map(row => row?.name)).toEqual(['d', undefined, 'a']);
  });

  it('refuses one that cannot be written, and no others', async () => {
    const endless: { self?: object } = {};
    endless.self = endless;
    const results = await Promise.allSettled([
      queue.enter(entry('a')),
      queue.enter(entry('endless', endless)),
      queue.enter(entry('b')),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await knex('clone_requests').pluck('name')).toEqual(['a', 'b']);
  });

  it('accepts 500 that come in one request in one transaction, in their order', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `disk-${index}`);
    await queue.enter(entry('disk-7'));
    const inserts: string[] = [];
    knex.on('query', ({ sql }) => {
      if (/^insert into .clone_requests/.test(sql)) inserts.push(sql);
    });
    const results = await queue.enterAll(
      'c1',
      names.map(name => entry(name)),
    );
    const outcomes = results.map(result =>
      result.status === 'fulfilled' ? result.value.outcome : 'refused',
    );
    expect(outcomes.slice(0, 2)).toEqual(['admitted', 'waiting']);
    expect(outcomes[7]).toBe('taken');
    expect(outcomes.filter(outcome => outcome === 'waiting')).toHaveLength(498);
    expect(inserts).toHaveLength(1);
    expect(await knex('clone_requests').orderBy('id').pluck('name')).toEqual([
      'disk-7',
      ...names.filter(name => name !== 'disk-7'),
    ]);
  });

  it('refuses one of a request that cannot be written, and no others', async () => {
    const endless: { self?: object } = {};
    endless.self = endless;
    const results = await queue.enterAll('c1', [
      entry('a'),
      entry('endless', endless),
      entry('b'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const [alone] = await queue.enterAll('c1', [entry('endless', endless)]);
    expect(alone.status).toBe('rejected');
    expect(await knex('clone_requests').pluck('name')).toEqual(['a', 'b']);
  });

  it('wakes nobody for those who find all slots taken', async () => {
    await Promise.all(['a', 'b'].map(name => queue.enter(entry(name))));
    await queue.enter(entry('c'));
    expect(woken).toBe(0);
    const key = { cluster: 'c1', namespace: 'team-a', name: 'a' };
    await queue.drop((await queue.find(key))!);
    expect(woken).toBe(1);
    // The slot belongs to who waits; whoever comes now only reminds of it.
    expect((await queue.enter(entry('d'))).outcome).toBe('waiting');
    expect(woken).toBe(2);
  });
});
