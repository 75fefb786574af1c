import type { Context } from '../Context';
import { RESOURCES, type Claim, type PersistentVolume } from '../kube/types';

/** Tells claim and volume of each other and marks both as Bound; done again, nothing changes. */
export async function bind(
  context: Context,
  claim: Claim,
  volume: PersistentVolume,
): Promise<Claim> {
  const { client, caches } = context;
  let bound = claim;
  if (claim.spec.volumeName !== volume.metadata.name) {
    bound = await client.patch<Claim>(RESOURCES.claims, claim, {
      metadata: {
        annotations: {
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
        },
      },
      spec: { volumeName: volume.metadata.name },
    });
  }
  if (bound.status?.phase !== 'Bound') {
    bound = await client.patchStatus<Claim>(RESOURCES.claims, bound, {
      phase: 'Bound',
      accessModes: claim.spec.accessModes,
      capacity: { storage: volume.spec.capacity?.storage },
    });
  }
  caches.claims.put(bound);
  if (volume.status?.phase !== 'Bound') {
    caches.volumes.put(
      await client.patchStatus<PersistentVolume>(RESOURCES.volumes, volume, {
        phase: 'Bound',
      }),
    );
  }
  return bound;
}

/**
 * Hands a volume from one claim to another, as CDI's populators end: the volume
 * keeps its name, which is that of the claim it was made for.
 */
export async function rebind(
  context: Context,
  volumeName: string,
  to: Claim,
): Promise<Claim> {
  const { client, caches } = context;
  const volume = caches.volumes.get(volumeName);
  if (!volume) throw new Error(`persistent volume ${volumeName} is not there`);
  const moved =
    volume.spec.claimRef?.uid === to.metadata.uid
      ? volume
      : await client.patch<PersistentVolume>(RESOURCES.volumes, volume, {
          spec: {
            claimRef: {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              namespace: to.metadata.namespace,
              name: to.metadata.name,
              uid: to.metadata.uid,
              resourceVersion: null,
            },
          },
        });
  caches.volumes.put(moved);
  return bind(context, to, moved);
}
