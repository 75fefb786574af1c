import type { ClusterConnection } from './ClusterConnection';
import type { SeedObject } from './objects';

const WIDTH = 32;
/** Kubernetes keeps them until their users are gone, as a controller finds out (Kubernetes 1.36). */
const PROTECTED = ['PersistentVolumeClaim', 'PersistentVolume'];

/** Makes objects with their statuses: several groups at once, each in its order. */
export function seed(
  cluster: ClusterConnection,
  groups: Iterable<SeedObject[]>,
): Promise<void> {
  return forEach(groups, object => make(cluster, object));
}

/** Deletes objects, also those that a controller would have to let go. */
export function unseed(
  cluster: ClusterConnection,
  groups: Iterable<SeedObject[]>,
): Promise<void> {
  return forEach(groups, async ({ path, body }) => {
    const object = `${path}/${body.metadata.name}`;
    if (PROTECTED.includes(body.kind as string)) {
      await patch(cluster, object, { metadata: { finalizers: null } });
    }
    await cluster.send('DELETE', object);
  });
}

async function forEach(
  groups: Iterable<SeedObject[]>,
  act: (object: SeedObject) => Promise<void>,
) {
  const queue = groups[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      for (const object of next.value) await act(object);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}

function patch(cluster: ClusterConnection, path: string, change: object) {
  return cluster.send('PATCH', path, change, 'application/merge-patch+json');
}

async function make(cluster: ClusterConnection, object: SeedObject) {
  const { path, body, status, annotate } = object;
  const made = JSON.parse(await cluster.send('POST', path, body));
  if (status)
    await patch(cluster, `${path}/${body.metadata.name}/status`, { status });
  if (annotate) {
    const annotations = annotate.with(made.metadata.uid);
    await patch(cluster, annotate.path, { metadata: { annotations } });
  }
}
