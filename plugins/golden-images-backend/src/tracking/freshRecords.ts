import type { ViewDeletion, ViewRecord } from '../database';
import { RESOURCES, type ClusterClient } from '../kubernetes';
import type { Feed } from './Reflector';
import { recordOf } from './objectRecords';
import { KINDS } from './views';

/**
 * The DataVolume and the claim of one name as the cluster says now, of those
 * that are followed there.
 *
 * @throws KubernetesApiError
 */
export async function freshRecords(
  client: ClusterClient,
  feeds: Feed[],
  of: { namespace: string; name: string },
  nowMs: number,
): Promise<(ViewRecord | ViewDeletion)[]> {
  const { namespace, name } = of;
  const records = [];
  for (const type of [RESOURCES.dataVolumes, RESOURCES.claims]) {
    const feed = feeds.find(
      each =>
        each.type === type && (each.scope.namespace ?? namespace) === namespace,
    );
    if (!feed) continue;
    const object = await client.get({ type, namespace, name });
    const kind = type === RESOURCES.claims ? KINDS.claim : KINDS.dataVolume;
    records.push(
      object
        ? recordOf(feed, object, nowMs)
        : { kind, objectKey: `${namespace}/${name}` },
    );
  }
  return records;
}
