import assert from 'node:assert/strict';
import type { Portal } from '../backend/Portal';
import { componentName } from '../backend/entities';
import { VOLUMES_PER_ENTITY, type Bench } from '../Bench';
import { percentile } from '../report/statistics';
import { measureViews, viewEntity } from './views';

const WARM_UP = 20;
const SAMPLES = 200;
const FIRST_VIEWS = 300;

/** The same entities through the Kubernetes plugin in the same backend. */
export async function measureBeside(bench: Bench, portal: Portal) {
  // Of entities that nobody has looked at in the last minutes.
  const firsts: number[] = [];
  const entities = bench.seeded / VOLUMES_PER_ENTITY;
  for (let i = 1; i <= Math.min(FIRST_VIEWS, entities / 2); i += 1) {
    firsts.push(await viewEntity(portal, entities - i));
  }
  const ours = await measureViews(bench, portal);
  const view = async (index: number) => {
    const name = componentName(index % bench.comparedEntities);
    const entity = {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name, namespace: 'default' },
    };
    const beganAtMs = performance.now();
    const { items } = await portal.post(`/api/kubernetes/services/${name}`, {
      entity,
      auth: {},
    });
    const ms = performance.now() - beganAtMs;
    const counts = items[0].resources.map(
      (group: { resources: unknown[] }) => group.resources.length,
    );
    // The claims, with the stranger's, and the DataVolumes.
    assert.deepEqual(
      counts.sort(),
      [VOLUMES_PER_ENTITY, VOLUMES_PER_ENTITY + 1],
      JSON.stringify(items[0].errors),
    );
    return ms;
  };
  for (let i = 0; i < WARM_UP; i += 1) await view(i);
  const theirs: number[] = [];
  for (let i = 0; i < SAMPLES; i += 1) theirs.push(await view(i));

  const spread = (ms: number[]) =>
    `p50/p95/p99 ${[0.5, 0.95, 0.99]
      .map(share => percentile(ms, share).toFixed(1))
      .join('/')} ms`;
  const factor = percentile(theirs, 0.5) / percentile(ours.ms, 0.5);
  const { report } = bench;
  report.add({
    name: `One entity's ${VOLUMES_PER_ENTITY} volumes over HTTP, faster than the Kubernetes plugin's endpoint, p50`,
    value: factor,
    unit: '×',
    anchor: `${spread(ours.ms)} beside ${spread(theirs)}; ${spread(
      firsts,
    )} for ${firsts.length} entities that were not looked at before`,
    goal: '≥ 20',
    met: factor >= 20,
  });
  report.add({
    name: 'The part of it that is not waiting for permissions, sign-in and catalog, p50',
    value: percentile(ours.ownMs, 0.5),
    unit: 'ms',
    anchor: spread(ours.ownMs),
    goal: '≤ 3',
    met: percentile(ours.ownMs, 0.5) <= 3,
  });
  report.add({
    name: 'Requests to the cluster meanwhile',
    value: ours.clusterRequests,
    unit: `in ${ours.ms.length} views`,
    anchor: 'the Kubernetes plugin makes two for each view',
    goal: '0',
    met: ours.clusterRequests === 0,
  });
}
