import type { TrackedStore } from '../database';
import { RESOURCES, type ClusterClient } from '../kubernetes';
import type { Timing } from './Timing';
import type { ObjectKey } from './Tracking';

const POLL_MS = 150;

/**
 * Another instance follows the cluster: waits until it has seen what is there
 * now, or for as long as `patienceMs`.
 */
export async function awaitOthers(
  key: ObjectKey,
  options: {
    client: ClusterClient;
    tracked: TrackedStore;
    timing: Timing;
    patienceMs: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const { client, tracked, timing, patienceMs, signal } = options;
  const { cluster, namespace, name } = key;
  const objects = await Promise.all(
    [RESOURCES.dataVolumes, RESOURCES.claims].map(type =>
      client.get({ type, namespace, name }),
    ),
  );
  const [dataVolume, claim] = objects.map(object => object?.metadata.uid);
  const untilMs = timing.elapsedMs() + patienceMs;
  const id = `${namespace}/${name}`;
  while (timing.elapsedMs() < untilMs) {
    const row = (await tracked.load(cluster, [id])).get(id)?.tracked;
    const isSeen =
      row?.ownerUid === (dataVolume ?? claim) && row?.object.uid === claim;
    if (isSeen) return;
    await timing.delay(POLL_MS, signal);
  }
}
