import assert from 'node:assert/strict';
import type { Portal } from '../backend/Portal';
import { componentName } from '../backend/entities';
import { VOLUMES_PER_ENTITY, type Bench } from '../Bench';
import { percentile } from '../report/statistics';

const WARM_UP = 100;
const SAMPLES = 500;

export interface ViewTimes {
  ms: number[];
  ownMs: number[];
  clusterRequests: number;
}

/** Volumes of one entity after another, over HTTP with the user's token. */
export async function measureViews(
  bench: Bench,
  portal: Portal,
): Promise<ViewTimes> {
  const entities = bench.comparedEntities;
  const view = async (index: number) => {
    const ref = `component:default/${componentName(index % entities)}`;
    const beganAtMs = performance.now();
    const { items } = await portal.get(
      `/api/golden-images/volumes?entityRef=${ref}`,
    );
    const ms = performance.now() - beganAtMs;
    assert.equal(items.length, VOLUMES_PER_ENTITY);
    return ms;
  };
  for (let i = 0; i < WARM_UP; i += 1) await view(i);
  const before = await portal.ask('clusterRequests');
  await portal.ask('ownPart');
  const ms: number[] = [];
  for (let i = 0; i < SAMPLES; i += 1) ms.push(await view(i));
  const after = await portal.ask('clusterRequests');
  const own = await portal.ask('ownPart');
  return {
    ms,
    ownMs: own.ms,
    clusterRequests: after.count - before.count,
  };
}

export function reportFlatness(
  bench: Bench,
  views: { volumes: number; times: ViewTimes }[],
) {
  const p50 = views.map(({ times }) => percentile(times.ms, 0.5));
  const ratio = Math.max(...p50) / Math.min(...p50);
  bench.report.add({
    name: `View of an entity's ${VOLUMES_PER_ENTITY} volumes at ${views
      .map(({ volumes }) => volumes.toLocaleString('en-US'))
      .join(' / ')} volumes in the cluster, p50, slowest beside fastest`,
    value: ratio,
    unit: '×',
    anchor: p50.map(ms => `${ms.toFixed(1)} ms`).join(' / '),
    goal: '≤ 1.3',
    met: ratio <= 1.3,
  });
}
