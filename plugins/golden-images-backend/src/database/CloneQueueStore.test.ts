import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { CloneQueueStore, migrateDatabase, type NewCloneRequest } from '.';
import { testDatabases } from './__testUtils__/testDatabases';

const databases = testDatabases();
const WIDTHS = { width: 3, widthPerImage: 2, mayAdmit: true };

const document: Volume = {
  kind: 'volume',
  cluster: 'c1',
  namespace: 'team-a',
  name: 'disk',
  state: 'waiting',
  sizes: {},
  accessModes: [],
  ours: true,
  usedBy: [],
  observedAt: '2026-01-01T00:00:00.000Z',
};

const entry = (
  namespace: string,
  name: string,
  imageKey = 'images/base',
): NewCloneRequest => ({
  cluster: 'c1',
  namespace,
  name,
  requestHash: `hash-of-${name}`,
  requestedBy: 'user:default/dora',
  imageKey,
  expiresAtMs: 1_000_000,
  request: {},
  document,
});

describe.each(databases.eachSupportedId())('the queue of clones on %s', id => {
  let knex: Knex;
  let store: CloneQueueStore;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    store = new CloneQueueStore(knex);
  });
  afterEach(() => knex.destroy());

  const enter = async (entries: NewCloneRequest[], change: object = {}) => {
    const { entered } = await store.enter(
      'c1',
      entries,
      { ...WIDTHS, ...change },
      1,
    );
    return entered.map(({ outcome, row }) => `${row.name} ${outcome}`);
  };

  it('accepts many at once, in their order, and gives the first ones the slots', async () => {
    const entries = ['a', 'b', 'c', 'd'].map(name =>
      entry('team-a', name, `images/${name}`),
    );
    expect(await enter(entries)).toEqual([
      'a admitted',
      'b admitted',
      'c admitted',
      'd waiting',
    ]);
    const rows = await store.find('c1', entries);
    const inOrder = rows.sort((one, other) => one.id - other.id);
    expect(inOrder.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives slots in turn between the namespaces of those who come at once', async () => {
    const entries = [
      entry('team-a', 'a1', 'images/1'),
      entry('team-a', 'a2', 'images/2'),
      entry('team-a', 'a3', 'images/3'),
      entry('team-b', 'b1', 'images/4'),
    ];
    expect(await enter(entries)).toEqual([
      'a1 admitted',
      'a2 admitted',
      'a3 waiting',
      'b1 admitted',
    ]);
  });

  it('keeps the width of an image among those who come at once', async () => {
    const names = ['a', 'b', 'c'].map(name => entry('team-a', name));
    expect(
      await enter([...names, entry('team-a', 'd', 'images/other')]),
    ).toEqual(['a admitted', 'b admitted', 'c waiting', 'd admitted']);
  });

  it('takes a name once, also when it comes twice at once', async () => {
    await enter([entry('team-a', 'a')]);
    const again = ['a', 'b', 'b'].map(name => entry('team-a', name));
    expect(await enter(again)).toEqual(['a taken', 'b admitted', 'b taken']);
    expect(await enter([entry('team-b', 'a', 'images/other')])).toEqual([
      'a admitted',
    ]);
  });

  it('lets nobody pass who comes while others wait, or while slots cannot be counted', async () => {
    expect(await enter([entry('team-a', 'a')], { mayAdmit: false })).toEqual([
      'a waiting',
    ]);
    expect(await enter([entry('team-b', 'b')])).toEqual(['b waiting']);
    const next = await store.takeNext('c1', WIDTHS, 2);
    expect(next?.name).toBe('a');
  });

  it('says whether there is a slot that nobody has', async () => {
    const entered = async (name: string) =>
      (await store.enter('c1', [entry('team-a', name, name)], WIDTHS, 1))
        .anySlotFree;
    expect(await entered('a')).toBe(true);
    expect(await entered('b')).toBe(true);
    expect(await entered('c')).toBe(false);
  });

  it('counts places in turn between namespaces, the longest without a turn first', async () => {
    // a has its turn, and so do b and c, in this order.
    await enter(
      ['a', 'b', 'c'].map(name => entry(`team-${name}`, 'first', name)),
    );
    const waiting = [
      ['team-c', 'c1'],
      ['team-a', 'a1'],
      ['team-a', 'a2'],
      ['team-d', 'd1'],
      ['team-b', 'b1'],
      ['team-a', 'a3'],
      ['team-b', 'b2'],
    ].map(([namespace, name]) => entry(namespace, name));
    await enter(waiting);
    const rows = await store.find('c1', waiting);
    const places = await store.placesOf(
      'c1',
      rows.map(row => row.id),
    );
    const order = [...rows].sort(
      (one, other) => places.get(one.id)! - places.get(other.id)!,
    );
    const expected = ['d1', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3'];
    expect(order.map(({ name }) => name)).toEqual(expected);
    expect([...places.values()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [a2] = rows.filter(({ name }) => name === 'a2');
    expect(await store.placesOf('c1', [a2.id])).toEqual(new Map([[a2.id, 5]]));
    expect(await store.placesOf('c1', [])).toEqual(new Map());
    // Turns are taken in just this order.
    await knex('clone_requests').where({ state: 'admitted' }).delete();
    const taken = [];
    for (let turn = 0; turn < 7; turn += 1) {
      const row = await store.takeNext('c1', WIDTHS, 2);
      taken.push(row?.name);
      await store.drop(row!.id);
    }
    expect(taken).toEqual(expected);
  });

  it('takes over what was begun until then, and not twice', async () => {
    await enter([entry('team-a', 'a')]);
    expect(await store.takeOver('c1', 5, 0)).toBeUndefined();
    expect((await store.takeOver('c1', 5, 1))?.name).toBe('a');
    expect(await store.takeOver('c1', 6, 1)).toBeUndefined();
  });
});
