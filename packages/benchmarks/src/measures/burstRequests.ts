import assert from 'node:assert/strict';
import { componentName } from '../backend/entities';
import type { Portal } from '../backend/Portal';
import type { Bench } from '../Bench';
import { IMAGE, SIZE } from '../cluster/goldenImages';

export const BURST_NAMESPACES = 100;
/** Longhorn keeps a snapshot for each clone, and takes 250 of a volume. */
const CLONES_PER_IMAGE = 200;
/** Clones in one request, where they are asked for in batches. */
export const BATCH = 100;

/** One clone that is asked for; times are on this process's clock. */
export interface BurstRequest {
  body: {
    namespace: string;
    name: string;
    image: { name: string; version: string };
    [field: string]: unknown;
  };
  askedAtMs?: number;
  acceptedAtMs?: number;
}

const burstNamespace = (index: number) => `burst-${index % BURST_NAMESPACES}`;

export const burstNamespaces = Array.from(
  { length: BURST_NAMESPACES },
  (_, index) => burstNamespace(index),
);

/** Over all namespaces in turn, for components that no other measure looks at. */
export function burstRequests(bench: Bench, round: string): BurstRequest[] {
  const others = bench.sizes.entities - bench.comparedEntities;
  return Array.from({ length: bench.sizes.burst }, (_, index) => ({
    body: {
      cluster: 'bench',
      image: {
        name: IMAGE,
        version: `${round}${Math.floor(index / CLONES_PER_IMAGE)}`,
      },
      namespace: burstNamespace(index),
      name: `burst-${round}-${index}`,
      size: SIZE,
      entityRef: `component:default/${componentName(
        bench.comparedEntities + (index % others),
      )}`,
    },
  }));
}

export const versionsOf = (requests: BurstRequest[]): string[] =>
  Array.from(new Set(requests.map(({ body }) => body.image.version)));

/**
 * Asks for all at once. Resolves when each was accepted, or has no answer because
 * the backend is gone.
 */
export type AskAll = (
  portal: Portal,
  requests: BurstRequest[],
  onAccepted?: (count: number) => void,
) => Promise<void>;

/** Each in a request of its own. */
export const askOneByOne: AskAll = async (
  portal,
  requests,
  onAccepted = () => {},
) => {
  let accepted = 0;
  await Promise.all(
    requests.map(async request => {
      request.askedAtMs ??= performance.now();
      const answer = await portal
        .send('POST', '/api/golden-images/volumes', request.body)
        .catch(() => undefined);
      if (!answer) return;
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      request.acceptedAtMs = performance.now();
      accepted += 1;
      onAccepted(accepted);
    }),
  );
};

/** In requests of 100, all of them at once. */
export const askInBatches: AskAll = async (
  portal,
  requests,
  onAccepted = () => {},
) => {
  let accepted = 0;
  await Promise.all(
    batchesOf(requests).map(async batch => {
      for (const request of batch) request.askedAtMs ??= performance.now();
      const items = batch.map(({ body }) => body);
      const answer = await portal
        .send('POST', '/api/golden-images/volumes/batch', { items })
        .catch(() => undefined);
      if (!answer) return;
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      const refused = answer.body.items.filter(
        ({ error }: { error?: object }) => error,
      );
      assert.deepEqual(refused, []);
      assert.equal(answer.body.items.length, batch.length);
      const acceptedAtMs = performance.now();
      for (const request of batch) request.acceptedAtMs = acceptedAtMs;
      accepted += batch.length;
      onAccepted(accepted);
    }),
  );
};

function batchesOf(requests: BurstRequest[]): BurstRequest[][] {
  const count = Math.ceil(requests.length / BATCH);
  return Array.from({ length: count }, (_, index) =>
    requests.slice(index * BATCH, (index + 1) * BATCH),
  );
}
