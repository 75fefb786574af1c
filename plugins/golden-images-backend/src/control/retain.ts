import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
  type ClusterProtection,
} from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
} from '../kubernetes';
import { persistentVolumeView, type PersistentVolumeView } from '../state';

/** The label is what our volumes are found by again when their claims are gone. */
const patchOf = (policy: 'Retain' | 'Delete') => {
  const ours = policy === 'Retain';
  return {
    metadata: {
      labels: { [LABELS.role]: ours ? ROLE_GOLDEN_IMAGE : null },
      annotations: { [ANNOTATIONS.retained]: ours ? 'true' : null },
    },
    spec: { persistentVolumeReclaimPolicy: policy },
  };
};

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
  await patch(client, volume, patchOf('Retain'));
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
  await patch(client, volume, patchOf('Delete'));
}

/**
 * Volumes that were kept although their claims are gone: nothing frees them by
 * itself. None where our account may not list PersistentVolumes.
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function findReleased(
  client: ClusterClient,
): Promise<NonNullable<ClusterProtection['released']>> {
  try {
    const objects = await client.list(RESOURCES.persistentVolumes, {
      labelSelector: `${LABELS.role}=${ROLE_GOLDEN_IMAGE}`,
    });
    return objects
      .map(persistentVolumeView)
      .filter(({ phase }) => phase === 'Released')
      .map(({ metadata, claim, capacityBytes }) => ({
        volume: metadata.name,
        namespace: claim?.namespace,
        name: claim?.name,
        sizeBytes: capacityBytes,
      }));
  } catch (error) {
    const refused = error instanceof KubernetesApiError && error.status === 403;
    if (refused) return [];
    throw error;
  }
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
