import type { Knex } from 'knex';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import type { FollowedCluster, Tracking } from '../tracking';
import { FakeCluster } from '../tracking/__testUtils__/FakeCluster';
import { startTracking, until } from '../tracking/__testUtils__/startTracking';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { RESOURCES } from '../kubernetes';
import { TrackingMetrics } from './TrackingMetrics';
import { RecordedMetrics } from './__testUtils__/RecordedMetrics';

jest.setTimeout(30_000);

const databases = testDatabases();
const NOW_MS = Date.parse('2026-01-01T00:01:00Z');

describe('TrackingMetrics', () => {
  it('tells of each cluster what concerns this instance', async () => {
    const recorded = new RecordedMetrics();
    const metrics = new TrackingMetrics(recorded.service);
    const clusters: FollowedCluster[] = [
      { cluster: 'a', holdsLease: true, observedAt: '2026-01-01T00:00:18Z' },
      { cluster: 'b', holdsLease: false },
      { cluster: 'c', holdsLease: true },
    ];
    metrics.observe({
      clusters: () => clusters,
      waiting: async () => new Map([['b', 3]]),
      nowMs: () => NOW_MS,
    });
    metrics.relisted('a', 'datavolumes');
    metrics.relisted('a', 'datavolumes');
    expect(await recorded.read()).toEqual({
      'relists{cluster=a,resource=datavolumes}': 2,
      'watch.lag{cluster=a}': 42,
      'lease.held{cluster=a}': 1,
      'lease.held{cluster=b}': 0,
      'lease.held{cluster=c}': 1,
      'requests.waiting{cluster=a}': 0,
      'requests.waiting{cluster=b}': 3,
      'requests.waiting{cluster=c}': 0,
    });
    metrics.close();
    expect(await recorded.read()).toEqual({
      'relists{cluster=a,resource=datavolumes}': 2,
    });
  });

  describe('of a tracking', () => {
    let knex: Knex;
    const started: Tracking[] = [];

    beforeEach(async () => {
      knex = await databases.init('SQLITE_3');
    });
    afterEach(async () => {
      for (const each of started.splice(0)) await each.stop();
      await knex.destroy();
    });

    async function start(cluster: FakeCluster, timing: TestTiming) {
      const recorded = new RecordedMetrics();
      const metrics = new TrackingMetrics(recorded.service);
      const { tracking } = await startTracking(
        knex,
        [cluster],
        timing,
        {},
        {
          onRelist: (name, resource) => metrics.relisted(name, resource),
        },
      );
      metrics.observe({
        clusters: () => tracking.followed(),
        nowMs: () => timing.nowMs(),
      });
      started.push(tracking);
      return { recorded, tracking };
    }

    it('follows its watches, its lists and its lease', async () => {
      const cluster = new FakeCluster();
      const timing = new TestTiming();
      const first = await start(cluster, timing);
      await until('connected', async () => {
        const [{ connection }] = await first.tracking.clusterStatus();
        return connection === 'connected';
      });
      const second = await start(cluster, timing);
      expect(await first.recorded.read()).toEqual({
        'watch.lag{cluster=c1}': 0,
        'lease.held{cluster=c1}': 1,
        'requests.waiting{cluster=c1}': 0,
      });
      expect(await second.recorded.read()).toEqual({
        'lease.held{cluster=c1}': 0,
        'requests.waiting{cluster=c1}': 0,
      });

      timing.setClock(7_000);
      expect((await first.recorded.read())['watch.lag{cluster=c1}']).toBe(7);

      // It forgets a change that no watch has passed on yet.
      cluster.put(RESOURCES.claims, {
        metadata: { name: 'data', namespace: 'team-a' },
      });
      cluster.forgetHistory();
      const key = 'relists{cluster=c1,resource=persistentvolumeclaims}';
      await until('claims are listed anew', async () => {
        timing.pass(1_000);
        return (await first.recorded.read())[key] === 1;
      });

      await first.tracking.stop();
      await until('the second one follows the cluster', async () => {
        timing.pass(1_000);
        return (await second.recorded.read())['lease.held{cluster=c1}'] === 1;
      });
      expect((await first.recorded.read())['lease.held{cluster=c1}']).toBe(0);
    });
  });
});
