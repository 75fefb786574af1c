import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
  type ResourceType,
} from '../kubernetes';
import {
  claimView,
  dataVolumeView,
  isCopyRunning,
  longhornVolumeView,
} from '../state';
import { LONGHORN_NAMESPACE } from '../tracking/rows';
import type { Chain } from './readChain';

const LONGHORN_DRIVER = 'driver.longhorn.io';
/** CDI's claims and Pods in the namespace of a source exist only while it is copied (CDI 1.66). */
const TEMPORARY_CLAIM = /^tmp-(source-)?pvc-/;

/** Something that still needs the bytes of an image. */
export interface RunningCopy {
  kind: 'Volume' | 'DataVolume' | 'PersistentVolumeClaim' | 'Pod';
  namespace: string;
  name: string;
  /** Part of a sentence: `is being copied from it`. */
  why: string;
}

export interface Copies {
  running: RunningCopy[];
  /** Where copies may be that cannot be seen, each as a sentence part. */
  unseen: string[];
}

/** Which namespaces clones may be in. */
export type CloneScope = 'cluster' | string[];

/**
 * What copies from an image at this moment, by fresh lists of everything that
 * may: something that cannot be made undone must not rest on what was heard.
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function findCopies(
  client: ClusterClient,
  image: Chain,
  scope: CloneScope,
): Promise<Copies> {
  const { namespace = '', name } = image.ref;
  const found: Copies = { running: [], unseen: [] };
  const everywhere = scope === 'cluster' ? [undefined] : scope;

  await ofLonghorn(client, image, found);
  for (const each of everywhere) {
    const where = each ? `namespace ${each}` : 'the cluster';
    const dataVolumes = await listed(
      client,
      { type: RESOURCES.dataVolumes, namespace: each },
      `DataVolumes of ${where} cannot be read`,
      found,
    );
    for (const object of dataVolumes) {
      if (await copiesByDataVolume(client, object, { namespace, name })) {
        found.running.push(runningOf('DataVolume', object));
      }
    }
  }
  const claims = await listed(
    client,
    { type: RESOURCES.claims, namespace },
    `claims of namespace ${namespace} cannot be read`,
    found,
  );
  for (const object of claims) {
    if (copiesByClaim(object, name)) {
      found.running.push(runningOf('PersistentVolumeClaim', object));
    }
  }
  const pods = await listed(
    client,
    { type: RESOURCES.pods, namespace },
    `Pods of namespace ${namespace} cannot be read`,
    found,
  );
  for (const object of pods) {
    if (mounts(object, name)) {
      found.running.push({ ...runningOf('Pod', object), why: 'mounts it' });
    }
  }
  return found;
}

async function ofLonghorn(
  client: ClusterClient,
  { persistentVolume, claim, volumeUnreadable }: Chain,
  found: Copies,
) {
  if (volumeUnreadable) {
    found.unseen.push('its PersistentVolume cannot be read');
    return;
  }
  if (!persistentVolume) {
    if (claim?.volumeName) found.unseen.push('its PersistentVolume is gone');
    return;
  }
  const { driver, volumeHandle = '' } = persistentVolume;
  if (driver !== LONGHORN_DRIVER) {
    found.unseen.push(`its volume belongs to ${driver ?? 'no CSI driver'}`);
    return;
  }
  const volumes = await listed(
    client,
    { type: RESOURCES.longhornVolumes, namespace: LONGHORN_NAMESPACE },
    'volumes of Longhorn cannot be read',
    found,
  );
  for (const object of volumes) {
    const volume = longhornVolumeView(object);
    if (!isFrom(volume.dataSource, volumeHandle)) continue;
    const { cloneMode } = object.spec as { cloneMode?: unknown };
    if (cloneMode === 'linked-clone') {
      const why = 'is a linked clone, which needs it for ever';
      found.running.push({ ...runningOf('Volume', object), why });
    } else if (isCopyRunning(volume)) {
      found.running.push(runningOf('Volume', object));
    }
  }
}

/** `vol://<volume>` or `snap://<volume>/<snapshot>` (Longhorn 1.12). */
function isFrom(dataSource: string | undefined, handle: string): boolean {
  const [, volume] = /^(?:vol|snap):\/\/([^/]+)/.exec(dataSource ?? '') ?? [];
  return volume === handle;
}

async function copiesByDataVolume(
  client: ClusterClient,
  object: KubernetesObject,
  image: { namespace: string; name: string },
): Promise<boolean> {
  const { phase, sourceObject, sourceType, metadata } = dataVolumeView(object);
  if (!sourceObject || phase === 'Succeeded' || phase === 'Failed')
    return false;
  const { namespace = metadata.namespace, name } = sourceObject;
  if (namespace !== image.namespace) return false;
  if (sourceType === 'pvc') return name === image.name;
  if (sourceType !== 'sourceRef') return false;
  const alias = await client.get({
    type: RESOURCES.dataSources,
    namespace,
    name,
  });
  const { source } = (alias?.spec ?? {}) as {
    source?: { pvc?: { namespace?: string; name?: string } };
  };
  return source?.pvc?.name === image.name;
}

function copiesByClaim(object: KubernetesObject, name: string): boolean {
  const { dataSource, phase, metadata } = claimView(object);
  if (dataSource?.kind !== 'PersistentVolumeClaim') return false;
  if (dataSource.name !== name) return false;
  return phase !== 'Bound' || TEMPORARY_CLAIM.test(metadata.name);
}

/** Also CDI's Pods that send the bytes of a source. */
function mounts({ spec, status }: KubernetesObject, name: string): boolean {
  const { phase } = (status ?? {}) as { phase?: string };
  if (phase === 'Succeeded' || phase === 'Failed') return false;
  const { volumes = [] } = (spec ?? {}) as {
    volumes?: { persistentVolumeClaim?: { claimName?: string } }[];
  };
  return volumes.some(each => each.persistentVolumeClaim?.claimName === name);
}

function runningOf(
  kind: RunningCopy['kind'],
  { metadata }: KubernetesObject,
): RunningCopy {
  const { namespace = '', name } = metadata;
  return { kind, namespace, name, why: 'is being copied from it' };
}

/** Nothing, and a note in `unseen`, where our account may not list, or no such kind is served. */
async function listed(
  client: ClusterClient,
  { type, namespace }: { type: ResourceType; namespace?: string },
  refused: string,
  found: Copies,
): Promise<KubernetesObject[]> {
  try {
    return await client.list(type, { namespace });
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    if (error.status !== 403 && error.status !== 404) throw error;
    found.unseen.push(refused);
    return [];
  }
}
