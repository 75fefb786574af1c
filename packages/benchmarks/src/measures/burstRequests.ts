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
export const askOneByOne: AskAll = (portal, requests, onAccepted) =>
  askEach(inGroups(requests, 1), onAccepted, ([{ body }]) =>
    portal.send('POST', '/api/golden-images/volumes', body),
  );

/** In requests of 100. */
export const askInBatches: AskAll = (portal, requests, onAccepted) =>
  askEach(inGroups(requests, BATCH), onAccepted, group =>
    portal.send('POST', '/api/golden-images/volumes/batch', {
      items: group.map(({ body }) => body),
    }),
  );

async function askEach(
  groups: BurstRequest[][],
  onAccepted: (count: number) => void = () => {},
  ask: (group: BurstRequest[]) => ReturnType<Portal['send']>,
) {
  let accepted = 0;
  await Promise.all(
    groups.map(async group => {
      for (const request of group) request.askedAtMs ??= performance.now();
      const answer = await ask(group).catch(() => undefined);
      if (!answer) return;
      const { status, body } = answer;
      const results: { volume?: object }[] = body.items ?? [body];
      const made = results.filter(({ volume }) => volume);
      const told = JSON.stringify(body).slice(0, 2_000);
      assert.deepEqual([status, made.length], [202, group.length], told);
      const acceptedAtMs = performance.now();
      for (const request of group) request.acceptedAtMs = acceptedAtMs;
      accepted += group.length;
      onAccepted(accepted);
    }),
  );
}

function inGroups(requests: BurstRequest[], size: number): BurstRequest[][] {
  const count = Math.ceil(requests.length / size);
  return Array.from({ length: count }, (_, index) =>
    requests.slice(index * size, (index + 1) * size),
  );
}
