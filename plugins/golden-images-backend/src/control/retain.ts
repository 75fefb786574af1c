import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { RESOURCES, type ClusterClient } from '../kubernetes';
import type { PersistentVolumeView } from '../state';

const patchOf = (policy: 'Retain' | 'Delete', retained: string | null) => ({
  metadata: { annotations: { [ANNOTATIONS.retained]: retained } },
  spec: { persistentVolumeReclaimPolicy: policy },
});

/**
 * Keeps the bytes of a golden image although its claim is deleted.
 *
 * @returns `false` when it was so already
 * @throws KubernetesApiError, 403 when our account may not patch PersistentVolumes
 */
export async function keepOnDelete(
  client: ClusterClient,
  volume: PersistentVolumeView,
): Promise<boolean> {
  if (volume.reclaimPolicy !== 'Delete') return false;
  await patch(client, volume, patchOf('Retain', 'true'));
  return true;
}

/**
 * Takes back what `keepOnDelete` did. A volume whose class says `Retain` stays
 * as its class says.
 *
 * @throws KubernetesApiError
 */
export async function letGo(
  client: ClusterClient,
  volume: PersistentVolumeView | undefined,
): Promise<void> {
  const ours = volume?.metadata.annotations[ANNOTATIONS.retained] === 'true';
  if (!volume || !ours || volume.reclaimPolicy !== 'Retain') return;
  await patch(client, volume, patchOf('Delete', null));
}

async function patch(
  client: ClusterClient,
  { metadata }: PersistentVolumeView,
  change: object,
) {
  const { name, uid, resourceVersion } = metadata;
  await client.patch({ type: RESOURCES.persistentVolumes, name }, change, {
    uid,
    resourceVersion,
  });
}
