import type { ClusterConnection } from './ClusterConnection';
import type { SeedObject } from './objects';

const WIDTH = 32;

/** Makes objects with their statuses: several groups at once, each in its order. */
export async function seed(
  cluster: ClusterConnection,
  groups: Iterable<SeedObject[]>,
): Promise<void> {
  const queue = groups[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      for (const object of next.value) await make(cluster, object);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}

async function make(cluster: ClusterConnection, object: SeedObject) {
  const { path, body, status, annotate } = object;
  const made = JSON.parse(await cluster.send('POST', path, body));
  const patch = (to: string, change: object) =>
    cluster.send('PATCH', to, change, 'application/merge-patch+json');
  if (status) await patch(`${path}/${body.metadata.name}/status`, { status });
  if (annotate) {
    const annotations = annotate.with(made.metadata.uid);
    await patch(annotate.path, { metadata: { annotations } });
  }
}
