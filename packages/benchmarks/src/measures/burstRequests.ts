import assert from 'node:assert/strict';
import { componentName } from '../backend/entities';
import type { Portal } from '../backend/Portal';
import type { Bench } from '../Bench';
import { IMAGE, SIZE } from '../cluster/goldenImages';

export const BURST_NAMESPACES = 100;
/** Longhorn keeps a snapshot for each clone, and takes 250 of a volume. */
const CLONES_PER_IMAGE = 200;

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
 * All at once. Resolves when each was accepted, or has no answer because the
 * backend is gone.
 */
export async function askAll(
  portal: Portal,
  requests: BurstRequest[],
  onAccepted: (count: number) => void = () => {},
) {
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
}
