import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import type { ClusterConfig } from '../../config/types';
import { createTracking } from '../createTracking';
import type { TrackingOptions } from '../DefaultTracking';
import type { FakeCluster } from './FakeCluster';
import { TestTiming } from './TestTiming';

export const IMAGES = 'golden-images';

export function clusterConfig(name: string): ClusterConfig {
  return {
    name,
    connection: { type: 'in-cluster' },
    scope: 'cluster',
    imageNamespaces: [IMAGES],
    namespaces: [],
  };
}

/** The whole tracking over clusters in memory. Time stands still until the test moves it. */
export async function startTracking(
  knex: Knex,
  clusters: FakeCluster[],
  timing = new TestTiming(),
  over: Partial<ClusterConfig> = {},
  options: Partial<TrackingOptions> = {},
) {
  const byName = new Map(
    clusters.map(cluster => [cluster.clusterName, cluster]),
  );
  const tracking = await createTracking({
    config: {
      clusters: clusters.map(cluster => ({
        ...clusterConfig(cluster.clusterName),
        ...over,
      })),
      admins: [],
      imports: { allow: [] },
      history: { keepForMs: 90 * 24 * 3_600_000 },
    },
    database: { getClient: async () => knex },
    logger: mockServices.logger.mock(),
    timing,
    ...options,
    createClient: ({ name }) => {
      const client = byName.get(name);
      if (!client) throw new Error(`The test has no cluster ${name}`);
      return client;
    },
  });
  await tracking.start();
  return { tracking, timing };
}

const PATIENCE_MS = 15_000;

/**
 * Waits until a condition holds: changes travel through promises and the
 * database, at the database's own pace, while the test's clock stands still.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const untilMs = Date.now() + patienceMs;
  while (Date.now() < untilMs) {
    const found = await probe();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  throw new Error(`It did not come to pass: ${what}`);
}
