import {
  KubernetesApiError,
  readNamed,
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
  type ObjectRef,
} from '../kubernetes';
import {
  claimView,
  dataVolumeView,
  persistentVolumeView,
  type ClaimView,
  type DataVolumeView,
  type PersistentVolumeView,
} from '../state';

/** The objects behind one name, each as the cluster has it at this moment. */
export interface Chain {
  /** The DataVolume, else the claim. */
  ref: ObjectRef;
  object: KubernetesObject;
  dataVolume?: DataVolumeView;
  claim?: ClaimView;
  persistentVolume?: PersistentVolumeView;
  /** The claim has a PersistentVolume that may not be read. */
  volumeUnreadable: boolean;
}

/**
 * Follows DataVolume, claim and PersistentVolume of one name.
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function readChain(
  client: ClusterClient,
  of: { namespace: string; name: string },
): Promise<Chain | undefined> {
  const { dataVolume, claim } = await readNamed(client, of);
  const object = dataVolume ?? claim;
  if (!object) return undefined;
  const view = claim && claimView(claim);
  const volume = await readVolume(client, view?.volumeName);
  return {
    ref: {
      type: dataVolume ? RESOURCES.dataVolumes : RESOURCES.claims,
      namespace: of.namespace,
      name: of.name,
    },
    object,
    dataVolume: dataVolume && dataVolumeView(dataVolume),
    claim: view,
    persistentVolume: volume === 'unreadable' ? undefined : volume,
    volumeUnreadable: volume === 'unreadable',
  };
}

async function readVolume(
  client: ClusterClient,
  name: string | undefined,
): Promise<PersistentVolumeView | 'unreadable' | undefined> {
  if (!name) return undefined;
  const type = RESOURCES.persistentVolumes;
  try {
    const object = await client.get({ type, name });
    return object && persistentVolumeView(object);
  } catch (error) {
    if (isRefused(error)) return 'unreadable';
    throw error;
  }
}

/** Our account lacks the right. */
export function isRefused(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 403;
}
