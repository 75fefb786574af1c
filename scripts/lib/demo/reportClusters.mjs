import { until } from './until.mjs';

/**
 * Says of each configured cluster whether it can be reached. One that cannot
 * is no reason not to start: the portal shows it as it is.
 */
export async function reportClusters({ client, progress, signal }) {
  const clusters = await until(
    async () => {
      const { items } = await client.request('golden-images/clusters');
      return (
        items.every(({ connection }) => connection !== 'connecting') && items
      );
    },
    'The state of the clusters',
    signal,
  );
  for (const { name, connection, message, missing } of clusters) {
    progress.say(
      `Cluster ${name} is ${connection}${message ? `: ${message}` : ''}`,
    );
    for (const { feature, reason } of missing) {
      progress.say(`  without ${feature}: ${reason}`);
    }
  }
}
