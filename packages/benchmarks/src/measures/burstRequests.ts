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

type Body = BurstRequest['body'];

/** How clones are asked for: so many in a request. */
export interface Form {
  size: number;
  send: (
    portal: Portal,
    bodies: Body[],
    query?: '' | '?dryRun=true',
  ) => ReturnType<Portal['send']>;
}

/** Each in a request of its own. */
export const ONE_BY_ONE: Form = {
  size: 1,
  send: (portal, [body], query = '') =>
    portal.send('POST', `/api/golden-images/volumes${query}`, body),
};

/** Many in one request. */
export const IN_BATCHES: Form = {
  size: 100,
  send: (portal, items, query = '') =>
    portal.send('POST', `/api/golden-images/volumes/batch${query}`, { items }),
};

/**
 * Asks for all at once. Resolves when each was accepted, or has no answer because
 * the backend is gone.
 */
export async function askAll(
  portal: Portal,
  { size, send }: Form,
  requests: BurstRequest[],
  onAccepted: (count: number) => void = () => {},
) {
  let accepted = 0;
  await Promise.all(
    inGroups(requests, size).map(async group => {
      for (const request of group) request.askedAtMs ??= performance.now();
      const bodies = group.map(({ body }) => body);
      const answer = await send(portal, bodies).catch(() => undefined);
      if (!answer) return;
      requireAccepted(answer, group.length);
      const acceptedAtMs = performance.now();
      for (const request of group) request.acceptedAtMs = acceptedAtMs;
      accepted += group.length;
      onAccepted(accepted);
    }),
  );
}

/** Dry runs of some, one request after the other. */
export async function tryEach(
  portal: Portal,
  { size, send }: Form,
  requests: BurstRequest[],
) {
  for (const group of inGroups(requests, size)) {
    const bodies = group.map(({ body }) => body);
    const answer = await send(portal, bodies, '?dryRun=true');
    requireAccepted(answer, group.length);
  }
}

function requireAccepted(
  { status, body }: Awaited<ReturnType<Portal['send']>>,
  count: number,
) {
  const results: { volume?: object }[] = body.items ?? [body];
  const made = results.filter(({ volume }) => volume);
  const told = JSON.stringify(body).slice(0, 2_000);
  assert.deepEqual([status, made.length], [202, count], told);
}

function inGroups(requests: BurstRequest[], size: number): BurstRequest[][] {
  const count = Math.ceil(requests.length / size);
  return Array.from({ length: count }, (_, index) =>
    requests.slice(index * size, (index + 1) * size),
  );
}
