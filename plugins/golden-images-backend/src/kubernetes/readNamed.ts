import {
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
} from './ClusterClient';

/** What bears one name: a DataVolume, its claim, or a claim alone. */
export interface Named<
  TDataVolume extends KubernetesObject,
  TClaim extends KubernetesObject,
> {
  dataVolume?: TDataVolume;
  claim?: TClaim;
}

/**
 * Reads the DataVolume and the claim of one name at the same time. A DataVolume
 * is made before its claim (CDI 1.66), so one that a claim belongs to and that
 * was not there is asked for again: both may have been made between the reads.
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function readNamed<
  TDataVolume extends KubernetesObject,
  TClaim extends KubernetesObject,
>(
  client: ClusterClient,
  { namespace, name }: { namespace: string; name: string },
): Promise<Named<TDataVolume, TClaim>> {
  const readDataVolume = () =>
    client.get<TDataVolume>({ type: RESOURCES.dataVolumes, namespace, name });
  const [dataVolume, claim] = await Promise.all([
    readDataVolume(),
    client.get<TClaim>({ type: RESOURCES.claims, namespace, name }),
  ]);
  const isOwned = claim?.metadata.ownerReferences?.some(
    ({ controller, kind }) => controller && kind === 'DataVolume',
  );
  return {
    dataVolume: !dataVolume && isOwned ? await readDataVolume() : dataVolume,
    claim,
  };
}
