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
  derive,
  longhornVolumeView,
  persistentVolumeView,
  type Derived,
} from '../state';
import { LONGHORN_NAMESPACE } from '../tracking/rows';

const LONGHORN_DRIVER = 'driver.longhorn.io';

/** An object and the volume behind it, as the cluster says at this moment. */
export interface Disk {
  /** The DataVolume, else the claim. */
  main: { ref: ObjectRef; object: KubernetesObject };
  /** What is derived from these objects alone. */
  state: Derived['state'] | 'unreadable';
  /** Pods and other workloads that Longhorn knows of. */
  usedBy: string[];
}

/**
 * Reads the whole chain object by object: DataVolume, claim, PersistentVolume,
 * Longhorn volume. Lists that are followed may be behind by what is still on its
 * way, and something that cannot be made undone must not rest on them.
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function readDisk(
  client: ClusterClient,
  of: { namespace: string; name: string; kind: 'image' | 'volume' },
  nowMs: number,
): Promise<Disk | undefined> {
  const { namespace, name, kind } = of;
  const { dataVolume, claim } = await readNamed(client, of);
  const object = dataVolume ?? claim;
  if (!object) return undefined;
  const type = dataVolume ? RESOURCES.dataVolumes : RESOURCES.claims;
  const main = { ref: { type, namespace, name }, object };
  const views = {
    dataVolume: dataVolume && dataVolumeView(dataVolume),
    claim: claim && claimView(claim),
  };
  const volume = await readVolume(client, views.claim?.volumeName);
  if (volume === 'unreadable') return { main, state: volume, usedBy: [] };
  const { state } = derive({
    kind,
    ...views,
    ...volume,
    // Whether the source is still there does not matter: the copy is done or it is not.
    sourceLonghornVolume: undefined,
    events: [],
    longhornReadable: true,
    dataVolumesReadable: true,
    nowMs,
  });
  return { main, state, usedBy: volume.longhornVolume?.workloads ?? [] };
}

async function readVolume(client: ClusterClient, volumeName?: string) {
  if (!volumeName) return {};
  try {
    const object = await client.get({
      type: RESOURCES.persistentVolumes,
      name: volumeName,
    });
    if (!object) return {};
    const persistentVolume = persistentVolumeView(object);
    if (persistentVolume.driver !== LONGHORN_DRIVER) return 'unreadable';
    const longhorn = await client.get({
      type: RESOURCES.longhornVolumes,
      namespace: LONGHORN_NAMESPACE,
      name: persistentVolume.volumeHandle ?? '',
    });
    // Gone, or Longhorn lives elsewhere.
    if (!longhorn) return 'unreadable';
    return { persistentVolume, longhornVolume: longhornVolumeView(longhorn) };
  } catch (error) {
    if (error instanceof KubernetesApiError && error.status === 403) {
      return 'unreadable';
    }
    throw error;
  }
}
