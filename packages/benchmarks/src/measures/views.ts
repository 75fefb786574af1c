import assert from 'node:assert/strict';
import type { Portal } from '../backend/Portal';
import { componentName } from '../backend/entities';
import { VOLUMES_PER_ENTITY, type Bench } from '../Bench';

const WARM_UP = 100;
const SAMPLES = 500;

export interface ViewTimes {
  ms: number[];
  ownMs: number[];
  clusterRequests: number;
}

/** How long the volumes of this entity took, over HTTP with the user's token. */
export async function viewEntity(portal: Portal, index: number) {
  const ref = `component:default/${componentName(index)}`;
  const beganAtMs = performance.now();
  const { items } = await portal.get(
    `/api/golden-images/volumes?entityRef=${ref}`,
  );
  const ms = performance.now() - beganAtMs;
  assert.equal(items.length, VOLUMES_PER_ENTITY);
  return ms;
}

/** The same few entities, one after another and again. */
export async function measureViews(
  bench: Bench,
  portal: Portal,
): Promise<ViewTimes> {
  const view = (index: number) =>
    viewEntity(portal, index % bench.comparedEntities);
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
