import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
} from '../kubernetes';

/** On every Pod of CDI (CDI 1.66). */
const CDI_APP = 'containerized-data-importer';

interface PodSpec {
  volumes?: {
    name: string;
    persistentVolumeClaim?: { claimName?: string; readOnly?: boolean };
  }[];
  containers?: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
}
interface Container {
  volumeDevices?: { name: string }[];
}

/**
 * Pods that have a claim mounted so that they can write into it, by claim. CDI
 * mounts the source of a copy without `readOnly` and only reads it.
 *
 * @returns nothing where our account may not list Pods
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function findWriters(
  client: ClusterClient,
  namespace: string,
): Promise<Map<string, string[]>> {
  const writers = new Map<string, string[]>();
  for (const pod of await podsOf(client, namespace)) {
    for (const claim of writableClaims(pod)) {
      const others = writers.get(claim) ?? [];
      writers.set(claim, [...others, pod.metadata.name]);
    }
  }
  return writers;
}

function writableClaims({ metadata, spec, status }: KubernetesObject) {
  const { phase } = (status ?? {}) as { phase?: string };
  const ended = phase === 'Succeeded' || phase === 'Failed';
  if (ended || phase === 'Pending' || metadata.labels?.app === CDI_APP) {
    return [];
  }
  const { volumes = [], ...containers } = (spec ?? {}) as PodSpec;
  const devices = new Set(
    [
      ...(containers.containers ?? []),
      ...(containers.initContainers ?? []),
      ...(containers.ephemeralContainers ?? []),
    ].flatMap(({ volumeDevices = [] }) => volumeDevices.map(d => d.name)),
  );
  return volumes.flatMap(({ name, persistentVolumeClaim: claim }) =>
    claim?.claimName && (!claim.readOnly || devices.has(name))
      ? claim.claimName
      : [],
  );
}

async function podsOf(client: ClusterClient, namespace: string) {
  try {
    return await client.list(RESOURCES.pods, { namespace });
  } catch (error) {
    const refused = error instanceof KubernetesApiError && error.status === 403;
    if (refused) return [];
    throw error;
  }
}
