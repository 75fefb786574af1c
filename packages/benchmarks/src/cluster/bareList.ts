import { ClusterConnection } from './ClusterConnection';

const PAGE_SIZE = 500;

/** Every list that the tracker makes, as it makes them: all at once, page after page. */
const LISTS = [
  '/apis/cdi.kubevirt.io/v1beta1/datavolumes',
  '/api/v1/persistentvolumeclaims',
  '/apis/cdi.kubevirt.io/v1beta1/datasources',
  '/api/v1/events?fieldSelector=involvedObject.kind%3DDataVolume',
  '/api/v1/events?fieldSelector=involvedObject.kind%3DPersistentVolumeClaim',
  '/api/v1/namespaces/longhorn-system/events?fieldSelector=involvedObject.kind%3DVolume',
  '/api/v1/persistentvolumes',
  '/apis/storage.k8s.io/v1/storageclasses',
  '/api/v1/namespaces',
  '/apis/longhorn.io/v1beta2/volumes',
];

async function readAll(cluster: ClusterConnection, list: string) {
  let count = 0;
  let next: string | undefined = '';
  while (next !== undefined) {
    const query: string = `limit=${PAGE_SIZE}${
      next && `&continue=${encodeURIComponent(next)}`
    }`;
    const text = await cluster.send(
      'GET',
      `${list}${list.includes('?') ? '&' : '?'}${query}`,
    );
    const page = JSON.parse(text);
    count += page.items.length;
    next = page.metadata.continue || undefined;
  }
  return count;
}

/** A process of its own: what any client must do at least, and nothing else. */
async function main([kubeconfigPath]: string[]) {
  const cluster = await ClusterConnection.open(kubeconfigPath);
  process.on('message', async ({ question }: { question: string }) => {
    const beganAtMs = performance.now();
    const counts = await Promise.all(LISTS.map(list => readAll(cluster, list)));
    process.send?.({
      to: question,
      ms: performance.now() - beganAtMs,
      objects: counts.reduce((sum, count) => sum + count, 0),
    });
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
}

main(process.argv.slice(2)).catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
