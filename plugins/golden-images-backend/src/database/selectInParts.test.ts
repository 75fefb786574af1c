import type { Knex } from 'knex';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  LeaseStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
  type Fence,
  type ViewRecord,
} from './index';
import { testDatabases } from './__testUtils__/testDatabases';
import { volumeRecord } from './__testUtils__/records';

jest.setTimeout(60_000);

const databases = testDatabases();
const CLAIM = 'PersistentVolumeClaim';
const EVENT = 'Event';
/** No multiple of a part, and exactly two of them. */
const [CLAIMS, EVENTS] = [4_507, 4_000];
const MOST_AT_ONCE = 2_000;

function view(kind: string, name: string): ViewRecord {
  return {
    kind,
    objectKey: `ns/${name}`,
    feed: kind,
    name,
    uid: `uid of ${name}`,
    resourceVersion: '1',
    links: {},
    seenAtMs: 1,
    document: {},
  };
}

describe.each(databases.eachSupportedId())('many keys on %s', id => {
  let knex: Knex;
  let views: ViewStore;
  let tracked: TrackedStore;
  let fence: Fence;

  beforeAll(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    views = new ViewStore(knex);
    tracked = new TrackedStore(knex);
    const taken = await new LeaseStore(knex).take('c1', 'one', undefined, 0);
    if (!taken) throw new Error('the first lease is free');
    fence = taken;
    const named = (kind: string, count: number) =>
      Array.from({ length: count }, (_, i) => view(kind, `n${i}`));
    await views.apply(
      fence,
      [
        ...named(CLAIM, CLAIMS),
        ...named(EVENT, EVENTS),
        { ...view('DataVolume', 'n1') },
        { ...view('DataVolume', 'alone') },
      ],
      [],
    );
    await tracked.write(
      fence,
      Array.from({ length: CLAIMS }, (_, i) => volumeRecord(`n${i}`)),
      [],
    );
  });
  afterAll(() => knex.destroy());

  /** What is read, in which turns of the loop, and how many rows at most in one of them. */
  async function looked<T>(read: () => Promise<T[]>) {
    let most = 0;
    let turns = 0;
    let isOver = false;
    const onRows = (rows: unknown) => {
      most = Math.max(most, Array.isArray(rows) ? rows.length : 0);
    };
    knex.on('query-response', onRows);
    const others = (async () => {
      for (; !isOver; turns += 1) await nextTurn();
    })();
    try {
      return { found: await read(), most, turns: () => turns };
    } finally {
      isOver = true;
      await others;
      knex.removeListener('query-response', onRows);
      expect(most).toBeLessThanOrEqual(MOST_AT_ONCE);
    }
  }
  const distinct = (keys: string[]) => new Set(keys).size;

  it('finds those of a list', async () => {
    const { found, turns } = await looked(() =>
      views.keysOfFeed('c1', { id: CLAIM, kind: CLAIM }),
    );
    expect(distinct(found.map(({ objectKey }) => objectKey))).toBe(CLAIMS);
    expect(found).toHaveLength(CLAIMS);
    expect(turns()).toBeGreaterThanOrEqual(2);
    const within = await views.keysOfFeed('c1', {
      id: CLAIM,
      kind: CLAIM,
      namespace: 'ns',
    });
    expect(within).toHaveLength(CLAIMS);
  });

  it('finds those of some kinds, each once', async () => {
    const { found } = await looked(() =>
      views.keysOfKinds('c1', ['DataVolume', CLAIM]),
    );
    expect(found).toHaveLength(CLAIMS + 1);
    expect(distinct(found)).toBe(CLAIMS + 1);
  });

  it('finds those outside of lists, which may be few among many', async () => {
    const all = await looked(() => views.keysOutsideFeeds('c1', []));
    expect(all.found).toHaveLength(CLAIMS + EVENTS + 2);
    const few = await looked(() =>
      views.keysOutsideFeeds('c1', [CLAIM, EVENT]),
    );
    expect(few.found.map(({ objectKey }) => objectKey)).toEqual([
      'ns/alone',
      'ns/n1',
    ]);
    // They are passed over in parts, too.
    expect(few.turns()).toBeGreaterThanOrEqual(4);
  });

  it('finds those that were not seen lately', async () => {
    const { found } = await looked(() => views.keysSeenBefore('c1', EVENT, 2));
    expect(distinct(found.map(({ objectKey }) => objectKey))).toBe(EVENTS);
    expect(await views.keysSeenBefore('c1', EVENT, 1)).toEqual([]);
  });

  it('finds those of all rows', async () => {
    const { found } = await looked(() => tracked.allKeys('c1'));
    expect(distinct(found)).toBe(CLAIMS);
    expect(await tracked.allKeys('c2')).toEqual([]);
  });
});
