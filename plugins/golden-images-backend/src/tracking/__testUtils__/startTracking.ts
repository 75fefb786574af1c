import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import type { ClusterConfig } from '../../config/types';
import { createTracking } from '../createTracking';
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
) {
  const byName = new Map(
    clusters.map(cluster => [cluster.clusterName, cluster]),
  );
  const tracking = await createTracking({
    config: {
      clusters: clusters.map(cluster => clusterConfig(cluster.clusterName)),
      admins: [],
      imports: { allow: [] },
    },
    database: { getClient: async () => knex },
    logger: mockServices.logger.mock(),
    timing,
    createClient: ({ name }) => {
      const client = byName.get(name);
      if (!client) throw new Error(`The test has no cluster ${name}`);
      return client;
    },
  });
  await tracking.start();
  return { tracking, timing };
}

/**
 * Waits until a condition holds: changes travel through promises and the
 * database, not through time.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  for (let turn = 0; turn < 2_000; turn++) {
    const found = await probe();
    if (found) return found;
    await new Promise(resolve => setImmediate(resolve));
  }
  throw new Error(`It did not come to pass: ${what}`);
}
