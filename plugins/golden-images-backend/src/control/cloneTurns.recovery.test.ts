import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { DEFAULT_CLONE_LIMITS } from '../config/cloneLimits';
import { CloneQueueStore, migrateDatabase } from '../database';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { CloneTurns, type CarryOut } from './CloneTurns';

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

  const enter = async (
    names: string[],
    mayAdmit: boolean,
    namespace = 'team-a',
  ) =>
    store.enter(
      'c1',
      names.map(name => ({
        cluster: 'c1',
        namespace,
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

  const write: CarryOut = async row => {
    written.push(row.name);
    return { outcome: 'written', uid: `uid-of-${row.name}` };
  };

  const turns = (carryOut = write) =>
    new CloneTurns({
      cluster: 'c1',
      queue: store,
      limits: DEFAULT_CLONE_LIMITS,
      timing,
      signal: new AbortController().signal,
      isCurrent: () => true,
      carryOut: () => carryOut,
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

  describe('while what writes them does not answer', () => {
    const away = { outcome: 'unavailable', message: 'it is away' } as const;
    const rowOf = async (name: string) =>
      (await store.find('c1', [{ namespace: 'team-a', name }])).at(0);

    beforeEach(async () => {
      await enter(['a1', 'a2'], false);
      await enter(['b1'], false, 'team-b');
    });

    it('all wait at their places, and nobody is to blame', async () => {
      let tries = 0;
      let answers = false;
      const own = turns(async row => {
        if (answers) return write(row);
        tries += 1;
        return away;
      });
      await own.pass();
      await own.pass();
      expect(tries).toBe(1);
      expect(await rowOf('a1')).toMatchObject({
        state: 'waiting',
        reason: undefined,
        attempts: 0,
        notBeforeMs: 0,
      });
      timing.pass(1_000);
      answers = true;
      await own.pass();
      expect(written).toEqual(['a1', 'b1', 'a2']);
    });

    it('asks less and less often', async () => {
      let tries = 0;
      const own = turns(async () => {
        tries += 1;
        return away;
      });
      const triesIn = async (seconds: number) => {
        const before = tries;
        for (let i = 0; i < seconds * 10; i += 1) {
          await own.pass();
          timing.pass(100);
        }
        return tries - before;
      };
      expect(await triesIn(5)).toBe(4);
      await triesIn(60);
      expect(await triesIn(60)).toBe(4);
    });

    it('one that finds nobody three times in a row lets the others pass, and says why', async () => {
      const own = turns(async row => (row.name === 'a1' ? away : write(row)));
      for (let i = 0; i < 10; i += 1) {
        await own.pass();
        timing.pass(1_000);
      }
      expect(written).toEqual(['b1', 'a2']);
      expect(await rowOf('a1')).toMatchObject({
        state: 'waiting',
        reason: 'turn-unanswered',
        message: 'it is away',
        attempts: 1,
      });
    });
  });

  it('one whose image is another by now keeps its place', async () => {
    await enter(['a1', 'a2'], false);
    await enter(['b1'], false, 'team-b');
    const own = turns(async row =>
      row.name === 'a1' && row.imageKey === 'images/base'
        ? { outcome: 'moved', imageKey: 'images/base-2' }
        : write(row),
    );
    await own.pass();
    expect(written).toEqual(['a1', 'b1', 'a2']);
  });
});
