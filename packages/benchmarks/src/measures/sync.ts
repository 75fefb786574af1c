import assert from 'node:assert/strict';
import type { Bench } from '../Bench';
import type { Portal } from '../backend/Portal';
import { median } from '../report/statistics';

const ROUNDS = 3;

/**
 * From when a backend that is up can reach the cluster, until its API has
 * answered with every volume in its right state; beside a client that only lists
 * and parses. Resolves to the portal of the last round, which goes on running.
 */
export async function measureSync(bench: Bench): Promise<Portal> {
  const listedMs: number[] = [];
  const syncedMs: number[] = [];
  const delaysMs: number[] = [];
  let portal: Portal | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Both start anew for every round: neither has run warm.
    await portal?.stop();
    const bare = await bench.startBareList();
    const { ms } = await bare.ask<{ ms: number }>('list');
    await bare.stop();
    listedMs.push(ms);
    bench.forgetClusters();
    bench.api?.pause();
    portal = await bench.startPortal();
    await portal.ask('watchLoop');
    const openedAtMs = performance.timeOrigin + performance.now();
    bench.api?.resume();
    const states = await bench.everythingShown(portal);
    const shownAtMs = performance.timeOrigin + performance.now();
    assert.deepEqual([...states], [['usable', bench.seeded]]);
    // Another's API server cannot be held back while the backend starts.
    const fromMs = bench.api
      ? openedAtMs
      : (await portal.ask('firstRequest')).atMs;
    syncedMs.push(shownAtMs - fromMs);
    delaysMs.push((await portal.ask('loopDelay')).p99Ms);
  }
  assert.ok(portal);

  const ratio = median(syncedMs) / median(listedMs);
  bench.report.add({
    name: `First sync of ${bench.seeded} volumes, until the API has answered with all of them`,
    value: ratio,
    unit: '× the bare list',
    anchor: `${Math.round(median(syncedMs))} ms beside ${Math.round(
      median(listedMs),
    )} ms for listing and parsing the same objects, median of ${ROUNDS}`,
    goal: '≤ 1.5',
    met: ratio <= 1.5,
  });
  bench.report.add({
    name: 'Event-loop delay meanwhile, p99',
    value: median(delaysMs),
    unit: 'ms',
    anchor: 'the whole backend, from its start',
    goal: '≤ 100',
    met: median(delaysMs) <= 100,
  });
  return portal;
}
