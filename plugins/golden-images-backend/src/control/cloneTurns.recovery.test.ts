import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { DEFAULT_CLONE_LIMITS } from '../config/cloneLimits';
import { CloneQueueStore, migrateDatabase } from '../database';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { CloneTurns } from './CloneTurns';

const databases = testDatabases();
const WIDTHS = { width: 5, widthPerImage: 5, mayAdmit: true };

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

describe.each(databases.eachSupportedId())('turns of clones on %s', id => {
  let knex: Knex;
  let store: CloneQueueStore;
  let timing: TestTiming;
  /** Names in the order in which they were written. */
  let written: string[];

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    store = new CloneQueueStore(knex);
    timing = new TestTiming();
    written = [];
  });
  afterEach(() => knex.destroy());

  const enter = async (names: string[], mayAdmit: boolean) =>
    store.enter(
      'c1',
      names.map(name => ({
        cluster: 'c1',
        namespace: 'team-a',
        name,
        requestHash: `hash-of-${name}`,
        requestedBy: 'user:default/dora',
        imageKey: 'images/base',
        expiresAtMs: timing.nowMs() + 3_600_000,
        request: {},
        document,
      })),
      { ...WIDTHS, mayAdmit },
      timing.nowMs(),
    );

  const turns = () =>
    new CloneTurns({
      cluster: 'c1',
      queue: store,
      limits: DEFAULT_CLONE_LIMITS,
      timing,
      signal: new AbortController().signal,
      isCurrent: () => true,
      carryOut: () => async row => {
        written.push(row.name);
        return { outcome: 'written', uid: `uid-of-${row.name}` };
      },
      onChange: () => {},
      onError: (what, error) => {
        throw new Error(`${what}: ${error}`);
      },
    });

  it('goes on at once with what its predecessor had begun, before those who came later', async () => {
    await enter(['first', 'second'], false);
    expect((await store.takeNext('c1', WIDTHS, timing.nowMs()))?.name).toBe(
      'first',
    );
    await turns().pass();
    expect(written).toEqual(['first', 'second']);
  });

  it('leaves to others what they have just begun, as long as they may be alive', async () => {
    const own = turns();
    timing.pass(1);
    await enter(['theirs'], true);
    timing.pass(29_999);
    await own.pass();
    expect(written).toEqual([]);
    timing.pass(1);
    await own.pass();
    expect(written).toEqual(['theirs']);
  });

  it('asks the database one thing while nobody waits', async () => {
    const asked: string[] = [];
    knex.on('query', ({ sql }) => asked.push(sql));
    await turns().pass();
    expect(asked).toHaveLength(1);
  });
});
