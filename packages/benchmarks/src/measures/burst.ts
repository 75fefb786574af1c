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
  askInBatches,
  askOneByOne,
  BATCH,
  burstNamespaces,
  burstRequests,
  versionsOf,
  type AskAll,
  type BurstRequest,
} from './burstRequests';
import { reportTurns } from './burstTurns';

const WARM_UP = 100;
const COPY_MS = 200;

interface Round {
  requests: BurstRequest[];
  actor: CopyActor;
  watch: CopyWatch;
}

/** How they are asked for. */
interface Form {
  /** In names of images and clones: `b`, `s`. */
  id: string;
  called: string;
  askAll: AskAll;
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
  const batched: Form = {
    id: 'b',
    called: `in ${Math.ceil(burst / BATCH)} requests of ${BATCH}`,
    askAll: askInBatches,
    killedAt: 0,
  };
  const single: Form = {
    id: 's',
    called: 'each in a request of its own',
    askAll: askOneByOne,
    killedAt: 0.3,
  };
  for (const form of [batched, single]) await measureForm(bench, form);
}

async function measureForm(bench: Bench, form: Form) {
  const { burst } = bench.sizes;
  const acceptedMs = await inRound(bench, form.id, round =>
    acceptance(bench, form, round),
  );
  const bareMs = await bareCreates(
    bench.kubeconfigPath,
    burstRequests(bench, form.id).map(({ body }) => body),
  );
  const perSecond = (ms: number) => Math.round((burst / ms) * 1000);
  bench.report.add({
    name: `${burst} clones asked for at once, ${form.called}: accepted at a part of the API server's rate of bare creates`,
    value: bareMs / acceptedMs,
    unit: '×',
    anchor: `${perSecond(acceptedMs)}/s beside ${perSecond(
      bareMs,
    )}/s for the same DataVolumes, one in each request and all at once`,
    goal: '≥ 0.8',
    met: bareMs / acceptedMs >= 0.8,
  });
  await inRound(bench, `${form.id}k`, round => killed(bench, form, round));
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
  form: Form,
  { requests, actor, watch }: Round,
): Promise<number> {
  const portal = await bench.startPortal(requests.length);
  try {
    await imagesShown(portal, requests);
    await catalogFull(portal, bench.sizes.entities);
    await warmUp(portal, requests);
    // Copies take longer than it takes to ask for them.
    actor.hold();
    const beganAtMs = performance.now();
    await form.askAll(portal, requests);
    const ms = performance.now() - beganAtMs;
    actor.letEnd();
    await watch.ended(requests.length);
    reportTurns(bench, { requests, watch, name: `The burst, ${form.called}` });
    return ms;
  } finally {
    await portal.stop();
  }
}

async function killed(bench: Bench, form: Form, { requests, watch }: Round) {
  let portal = await bench.startPortal(requests.length);
  try {
    await imagesShown(portal, requests);
    let end: Promise<void> | undefined;
    await form.askAll(portal, requests, count => {
      if (count >= requests.length * form.killedAt) end ??= portal.stop();
    });
    await end;
    const killedAtMs = performance.now();
    const unanswered = requests.filter(
      ({ acceptedAtMs }) => acceptedAtMs === undefined,
    );
    assert.ok(unanswered.length > 0);
    portal = await bench.startPortal(requests.length);
    await form.askAll(portal, unanswered);
    await watch.ended(requests.length);
    const answered = requests.length - unanswered.length;
    reportTurns(bench, {
      requests,
      watch,
      killedAtMs,
      name: `A burst, ${form.called}, whose backend is killed when ${answered} are accepted; the others are asked for again`,
    });
  } finally {
    await portal.stop();
  }
}

/** A backend that has been up for a while; nothing is written. */
async function warmUp(portal: Portal, requests: BurstRequest[]) {
  for (const { body } of requests.slice(0, WARM_UP)) {
    await portal.post('/api/golden-images/volumes?dryRun=true', body);
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
