import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Portal } from '../backend/Portal';
import type { Bench } from '../Bench';
import { bareCreates } from '../cluster/bareCreates';
import { CopyActor } from '../cluster/CopyActor';
import { CopyWatch } from '../cluster/CopyWatch';
import {
  copyByCsi,
  IMAGES_NAMESPACE,
  readyImage,
} from '../cluster/goldenImages';
import { namespaceObject, OWNER } from '../cluster/objects';
import { seed } from '../cluster/seed';
import {
  askAll,
  IN_BATCHES,
  ONE_BY_ONE,
  burstNamespaces,
  burstRequests,
  tryEach,
  versionsOf,
  type BurstRequest,
  type Form,
} from './burstRequests';
import { median } from '../report/statistics';
import { reportTurns } from './burstTurns';

/** Of a backend that has been up for a while; nothing is written. */
const WARM_UP = 300;
const BARE_RUNS = 3;
const COPY_MS = 200;

interface Round {
  requests: BurstRequest[];
  actor: CopyActor;
  watch: CopyWatch;
}

/** How they are asked for, and called. */
interface Way {
  form: Form;
  /** In names of images and clones. */
  id: string;
  called: string;
  /** Part of the clones that is answered when the backend is killed. */
  killedAt: number;
}

/**
 * Clones that are asked for all at once, beside as many bare creates; then again,
 * with the backend killed meanwhile. In requests for many, and one by one.
 */
export async function measureBurst(bench: Bench) {
  await seed(bench.cluster, [
    [IMAGES_NAMESPACE, ...burstNamespaces].map(name =>
      namespaceObject(name, OWNER),
    ),
  ]);
  await copyByCsi(bench.cluster);
  const { burst } = bench.sizes;
  const batched: Way = {
    form: IN_BATCHES,
    id: 'b',
    called: `in ${Math.ceil(burst / IN_BATCHES.size)} requests of ${
      IN_BATCHES.size
    }`,
    killedAt: 0,
  };
  const single: Way = {
    form: ONE_BY_ONE,
    id: 's',
    called: 'each in a request of its own',
    killedAt: 0.3,
  };
  for (const way of [batched, single]) await measureWay(bench, way);
}

async function measureWay(bench: Bench, way: Way) {
  const { burst } = bench.sizes;
  const acceptedMs = await inRound(bench, way.id, round =>
    acceptance(bench, way, round),
  );
  const bare: number[] = [];
  for (let run = 0; run < BARE_RUNS; run += 1) {
    const bodies = burstRequests(bench, way.id).map(({ body }) => body);
    bare.push(await bareCreates(bench.kubeconfigPath, bodies));
  }
  const bareMs = median(bare);
  const perSecond = (ms: number) => Math.round((burst / ms) * 1000);
  bench.report.add({
    name: `${burst} clones asked for at once, ${way.called}: accepted at a part of the API server's rate of bare creates`,
    value: bareMs / acceptedMs,
    unit: '×',
    anchor: `${perSecond(acceptedMs)}/s beside ${perSecond(
      bareMs,
    )}/s for the same DataVolumes, one in each request and all at once, median of ${BARE_RUNS}`,
    goal: '≥ 0.8',
    met: bareMs / acceptedMs >= 0.8,
  });
  await inRound(bench, `${way.id}k`, round => killed(bench, way, round));
}

/** With images of its own, and a cluster that copies while it lasts. */
async function inRound<T>(
  bench: Bench,
  name: string,
  run: (round: Round) => Promise<T>,
): Promise<T> {
  const requests = burstRequests(bench, name);
  await seed(bench.cluster, versionsOf(requests).map(readyImage));
  const actor = new CopyActor(bench.cluster, COPY_MS);
  const watch = await CopyWatch.start(bench.cluster, object =>
    actor.take(object),
  );
  try {
    const result = await run({ requests, actor, watch });
    await actor.settled();
    return result;
  } finally {
    await watch.stop();
  }
}

async function acceptance(
  bench: Bench,
  { form, called }: Way,
  { requests, actor, watch }: Round,
): Promise<number> {
  const portal = await bench.startPortal(requests.length);
  try {
    await imagesShown(portal, requests);
    await catalogFull(portal, bench.sizes.entities);
    await tryEach(portal, form, requests.slice(0, WARM_UP));
    // Copies take longer than it takes to ask for them.
    actor.hold();
    const beganAtMs = performance.now();
    await askAll(portal, form, requests);
    const ms = performance.now() - beganAtMs;
    actor.letEnd();
    await watch.ended(requests.length);
    reportTurns(bench, { requests, watch, name: `The burst, ${called}` });
    return ms;
  } finally {
    await portal.stop();
  }
}

async function killed(bench: Bench, way: Way, { requests, watch }: Round) {
  let portal = await bench.startPortal(requests.length);
  try {
    await imagesShown(portal, requests);
    let end: Promise<void> | undefined;
    await askAll(portal, way.form, requests, count => {
      if (count >= requests.length * way.killedAt) end ??= portal.stop();
    });
    await end;
    const killedAtMs = performance.now();
    const unanswered = requests.filter(
      ({ acceptedAtMs }) => acceptedAtMs === undefined,
    );
    assert.ok(unanswered.length > 0);
    portal = await bench.startPortal(requests.length);
    await askAll(portal, way.form, unanswered);
    await watch.ended(requests.length);
    const answered = requests.length - unanswered.length;
    reportTurns(bench, {
      requests,
      watch,
      killedAtMs,
      name: `A burst, ${way.called}, whose backend is killed when ${answered} are accepted; the others are asked for again`,
    });
  } finally {
    await portal.stop();
  }
}

/** Until then the catalog is as busy as after each start. */
async function catalogFull(portal: Portal, entities: number) {
  const path = '/api/catalog/entities/by-query?limit=0&filter=kind=component';
  for (;;) {
    const { totalItems } = await portal.get(path);
    if (totalItems >= entities) return;
    await delay(200);
  }
}

async function imagesShown(portal: Portal, requests: BurstRequest[]) {
  const versions = versionsOf(requests);
  for (;;) {
    const { items } = await portal.get(
      `/api/golden-images/images?cluster=bench&namespace=${IMAGES_NAMESPACE}`,
    );
    const ready = items.filter(
      (item: { state: string; version: string }) =>
        item.state === 'ready' && versions.includes(item.version),
    );
    if (ready.length === versions.length) return;
  }
}
