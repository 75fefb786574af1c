import { LONGHORN_NAMESPACE, type Context } from '../Context';
import {
  RESOURCES,
  keyOf,
  type Claim,
  type PersistentVolume,
} from '../kube/types';

const PROTECTION = 'kubernetes.io/pv-protection';

/** What becomes of a volume whose claim is gone, and of a claim whose volume is gone. */
export class VolumeController {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(name: string): Promise<void> {
    const { client, caches, disks, queues } = this.#context;
    const volume = caches.volumes.get(name);
    if (!volume) return;
    const { claimRef } = volume.spec;
    const claim =
      claimRef && caches.claims.get(`${claimRef.namespace}/${claimRef.name}`);
    if (claim && claim.metadata.uid === claimRef.uid) {
      if (claim.status?.phase !== 'Bound' && claim.spec.volumeName === name)
        queues.claims.add(keyOf(claim));
      return;
    }
    if (!claimRef?.uid || (await this.#stillThere(claimRef))) return;
    if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') {
      if (volume.status?.phase !== 'Released') {
        caches.volumes.put(
          await client.patchStatus<PersistentVolume>(
            RESOURCES.volumes,
            volume,
            { phase: 'Released' },
          ),
        );
      }
      return;
    }
    const handle = volume.spec.csi?.volumeHandle ?? '';
    const longhorn = caches.longhornVolumes.get(
      `${LONGHORN_NAMESPACE}/${handle}`,
    );
    if (longhorn) await client.delete(RESOURCES.longhornVolumes, longhorn);
    await disks.remove(handle);
    await client.patchStatus(RESOURCES.volumes, volume, { phase: 'Released' });
    if (volume.metadata.finalizers?.includes(PROTECTION)) {
      await client.patch(RESOURCES.volumes, volume, {
        metadata: {
          finalizers: volume.metadata.finalizers.filter(
            finalizer => finalizer !== PROTECTION,
          ),
        },
      });
    }
    await client.delete(RESOURCES.volumes, volume);
  }

  /** A cache may be behind: what is about to be destroyed is asked for once more. */
  async #stillThere(claimRef: {
    namespace?: string;
    name?: string;
    uid?: string;
  }): Promise<boolean> {
    const claim = await this.#context.client.get<Claim>(
      RESOURCES.claims,
      claimRef.name ?? '',
      claimRef.namespace,
    );
    return claim?.metadata.uid === claimRef.uid;
  }
}
