import type { Knex } from 'knex';
import { LeaseStore, migrateDatabase } from '../database';
import { underFence } from '../database/underFence';
import { LeaseKeeper } from './LeaseKeeper';
import { TestTiming } from './__testUtils__/TestTiming';
import { testDatabases } from '../database/__testUtils__/testDatabases';

jest.setTimeout(30_000);

const databases = testDatabases();

describe.each(databases.eachSupportedId())('LeaseKeeper on %s', id => {
  let knex: Knex;
  let leases: LeaseStore;
  let timing: TestTiming;
  let abort: AbortController;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    leases = new LeaseStore(knex);
    timing = new TestTiming();
    abort = new AbortController();
  });
  afterEach(async () => {
    abort.abort();
    await knex.destroy();
  });

  const keeper = (holder: string) =>
    new LeaseKeeper({ leases, cluster: 'c1', holder, timing });

  /** Lets what waits for the database go on, without time passing on the test's clock. */
  async function settle() {
    for (let turn = 0; turn < 20; turn++) {
      await knex.raw('select 1');
    }
  }

  it('gives the cluster to the next instance at once when it was given back', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    await keeper('one').giveBack(fence);
    const next = await keeper('two').acquire(abort.signal);
    expect(next.token).toBe(fence.token + 1);
    expect(timing.delaysMs).toEqual([]);
  });

  it('replaces a dead holder within 30 s, and a living one never', async () => {
    const one = keeper('one');
    const fence = await one.acquire(abort.signal);
    const alive = new AbortController();
    const kept = one.keep(fence, alive.signal);

    let taken: number | undefined;
    const waiting = keeper('two')
      .acquire(abort.signal)
      .then(next => {
        taken = next.token;
      });
    for (let second = 0; second < 60; second++) {
      timing.pass(1_000);
      await settle();
    }
    expect(taken).toBeUndefined();

    alive.abort();
    expect(await kept).toBeUndefined();
    let seconds = 0;
    for (; taken === undefined && seconds < 60; seconds++) {
      timing.pass(1_000);
      await settle();
    }
    await waiting;
    expect(taken).toBe(fence.token + 1);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  it('does not need clocks that agree', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    await knex('cluster_leases').update({
      renewed_at_ms: timing.nowMs() + 3_600_000,
    });
    const next = keeper('two').acquire(abort.signal);
    for (let second = 0; second < 20; second++) {
      await settle();
      timing.pass(1_000);
    }
    expect((await next).token).toBe(fence.token + 1);
  });

  it('replaces a dead holder although the clock is set back meanwhile', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    const next = keeper('two').acquire(abort.signal);
    await settle();
    timing.setClock(-3_600_000);
    for (let second = 0; second < 20; second++) {
      await settle();
      timing.pass(1_000);
    }
    expect((await next).token).toBe(fence.token + 1);
  });

  it('leaves a living holder its lease although clocks differ', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    timing.setClock(30_000);
    let taken = false;
    keeper('two')
      .acquire(abort.signal)
      .then(
        () => {
          taken = true;
        },
        () => undefined,
      );
    await settle();
    await leases.renew(fence, timing.nowMs() - 30_000);
    timing.pass(3_000);
    await settle();
    expect(taken).toBe(false);
  });

  it.each([61_000, 24 * 3_600_000, -24 * 3_600_000])(
    'leaves a living holder its lease although its own clock is %d ms ahead',
    async aheadMs => {
      const fence = await keeper('one').acquire(abort.signal);
      timing.setClock(aheadMs);
      let taken = false;
      const two = keeper('two');
      two.acquire(abort.signal).then(
        () => {
          taken = true;
        },
        () => undefined,
      );
      await settle();
      expect(two.isHeldByAnother).toBeUndefined();
      for (let second = 0; second < 60; second++) {
        if (second % 5 === 0) {
          await leases.renew(fence, timing.nowMs() - aheadMs);
        }
        timing.pass(1_000);
        await settle();
      }
      expect(taken).toBe(false);
      expect(two.isHeldByAnother).toBe(true);
    },
  );

  it('watches for the time of a lease at its start, however long the holder seems to be dead', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    timing.pass(24 * 3_600_000);
    const startMs = timing.elapsedMs();
    const two = keeper('two');
    let next: number | undefined;
    const waiting = two.acquire(abort.signal).then(({ token }) => {
      next = token;
    });
    while (next === undefined && timing.elapsedMs() - startMs < 60_000) {
      await settle();
      if (next === undefined) timing.pass(1_000);
    }
    await waiting;
    expect(next).toBe(fence.token + 1);
    const tookMs = timing.elapsedMs() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(15_000);
    expect(tookMs).toBeLessThanOrEqual(30_000);
  });

  it('tells a holder that it was replaced', async () => {
    const one = keeper('one');
    const fence = await one.acquire(abort.signal);
    const kept = one.keep(fence, abort.signal);
    await leases.take('c1', 'two', await leases.read('c1'), timing.nowMs());
    timing.pass(5_000);
    expect(await kept).toBe('another instance has taken it over');
  });

  it('counts itself out when it could not renew in time', async () => {
    const one = keeper('one');
    const fence = await one.acquire(abort.signal);
    const broken = new LeaseKeeper({
      leases: {
        renew: async () => {
          throw new Error('no database');
        },
      } as unknown as LeaseStore,
      cluster: 'c1',
      holder: 'one',
      timing,
    });
    let reason: string | undefined;
    const kept = broken.keep(fence, abort.signal).then(why => {
      reason = why;
    });
    timing.pass(5_000);
    await settle();
    timing.pass(5_000);
    await settle();
    expect(reason).toBeUndefined();
    timing.pass(5_000);
    await kept;
    expect(reason).toContain('no database');
  });

  it('counts itself out when the database hangs', async () => {
    const fence = await keeper('one').acquire(abort.signal);
    const hanging = new LeaseKeeper({
      leases: { renew: () => new Promise(() => {}) } as unknown as LeaseStore,
      cluster: 'c1',
      holder: 'one',
      timing,
    });
    let reason: string | undefined;
    hanging.keep(fence, abort.signal).then(why => {
      reason = why;
    });
    for (let second = 0; second < 15; second++) {
      expect(reason).toBeUndefined();
      timing.pass(1_000);
      await settle();
    }
    expect(reason).toContain('did not answer in time');
  });

  // SQLite's transactions are of one process: with it they end.
  if (id !== 'SQLITE_3') {
    it('is kept for seconds by an instance that stalls within a write, not for ever', async () => {
      const fence = await keeper('one').acquire(abort.signal);
      let wake = () => {};
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      const stalled = underFence(knex, fence, async trx => {
        await woken;
        await trx('cluster_statuses').delete();
      });
      stalled.catch(() => undefined);
      // Waits for the row that the stalled transaction holds.
      const next = await leases.take('c1', 'two', await leases.read('c1'), 0);
      expect(next?.token).toBe(fence.token + 1);
      wake();
      await expect(stalled).rejects.toThrow();
    });
  }
});
