import { ConflictError } from '@backstage/errors';
import {
  Quantity,
  goldenImagesVolumeExpandPermission,
  type ExpandVolumeRequest,
  type ExpandVolumeResponse,
  type Problem,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config/types';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { Claim } from '../manifests';
import type { ObjectKey, Tracking } from '../tracking';
import { Problems } from './Problems';
import type { RequestOptions } from './ImageService';
import type { VolumeOwnerAccess } from './VolumeOwnerAccess';
import type { Preflight } from './preflight';
import { findClass } from './preflight/storageClass';

const FINISHED: Volume['state'][] = ['usable', 'resizing', 'unknown'];

/** Makes clones larger. */
export class VolumeExpander {
  readonly #tracking: Tracking;
  readonly #access: VolumeOwnerAccess;
  readonly #preflight: Preflight;

  constructor(options: {
    tracking: Tracking;
    volumeAccess: VolumeOwnerAccess;
    preflight: Preflight;
  }) {
    this.#tracking = options.tracking;
    this.#access = options.volumeAccess;
    this.#preflight = options.preflight;
  }

  /**
   * Asks for a larger claim. What is inside does not grow by itself.
   *
   * @throws NotAllowedError, NotFoundError, ConflictError while it is copied,
   *   InputError with every problem
   */
  async expand(
    key: ObjectKey,
    request: ExpandVolumeRequest,
    options: RequestOptions,
  ): Promise<ExpandVolumeResponse> {
    const permission = goldenImagesVolumeExpandPermission;
    return this.#access.asOwner(
      key,
      { ...options, permission },
      async (caller, cluster) => {
        const { existing, volume } = await this.#access.find(key);
        const { claim } = existing;
        if (!claim || !FINISHED.includes(volume.state)) {
          throw new ConflictError(
            `"${key.namespace}/${key.name}" is not ready yet, so it cannot be made larger now. Wait until its bytes are there.`,
          );
        }
        const size = Quantity.parse(request.size);
        await this.#check(cluster, claim, volume, size);
        const { namespace, name } = key;
        const { uid = '', resourceVersion } = claim.metadata;
        await this.#tracking
          .client(key.cluster)
          .patch(
            { type: RESOURCES.claims, namespace, name },
            { spec: { resources: { requests: { storage: size.toString() } } } },
            { uid, resourceVersion },
          );
        await this.#tracking.recordActivity({
          ...key,
          kind: 'volume',
          entityRef: volume.entityRef,
          uid: existing.main.metadata.uid,
          action: 'expanded',
          actor: caller.userRef,
          message: `${namespace}/${name} was asked to grow to ${size}`,
        });
        await this.#tracking.refresh(key);
        const row = await this.#tracking.reader.getVolume(key);
        return { volume: row?.object ?? volume, warnings: [inside(volume)] };
      },
    );
  }

  async #check(
    cluster: ClusterConfig,
    claim: Claim,
    volume: Volume,
    size: Quantity,
  ): Promise<void> {
    const problems = new Problems();
    const asked = Quantity.tryParse(claim.spec.resources?.requests?.storage);
    const nowBytes = Math.max(
      asked?.bytes ?? 0,
      volume.sizes.capacityBytes ?? 0,
    );
    if (size.bytes <= nowBytes) problems.add(notLarger(size, nowBytes));
    const classes = await this.#tracking.storageClasses(cluster.name);
    const found = findClass(classes, claim.spec.storageClassName);
    if (found && !found.allowVolumeExpansion) {
      problems.add({
        field: 'size',
        code: 'invalid',
        message: `volumes of class "${found.name}" cannot grow`,
        remedy: 'clone the image again with the size that is wanted',
      });
    }
    const growth = Math.max(0, size.bytes - (asked?.bytes ?? nowBytes));
    problems.add(
      ...(await this.#preflight.growth(cluster.name, {
        namespace: volume.namespace,
        storageClass: claim.spec.storageClassName,
        sizeBytes: size.bytes,
        growthBytes: growth,
      })),
    );
    problems.throwIfAny();
  }
}

function notLarger(size: Quantity, nowBytes: number): Problem {
  return {
    field: 'size',
    code: 'too-small',
    message: `must be larger than it is, ${Quantity.ofBytes(
      nowBytes,
    )} (asked for: ${size})`,
    remedy: 'volumes never shrink',
  };
}

/** What a person has to do inside (CDI 1.66: a disk in a file system is `disk.img`). */
function inside({ volumeMode }: Volume): string {
  return volumeMode === 'Block'
    ? 'The volume grows, the partitions and file systems in it do not: grow them from within, such as with growpart and resize2fs.'
    : 'The volume grows, a disk image in it (disk.img) does not: stop what uses it, run "qemu-img resize disk.img" in a Pod that mounts the claim, then grow partition and file system from within. Files of other kinds can use the new space as soon as a Pod has mounted the claim.';
}
