import { ConflictError } from '@backstage/errors';
import {
  goldenImagesVolumeDeletePermission,
  type DeleteVolumeResponse,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../auth';
import { deleteProtected } from '../control';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { ObjectKey, Tracking } from '../tracking';
import type { RequestOptions } from './ImageService';
import type { VolumeOwnerAccess } from './VolumeOwnerAccess';

/** States in which bytes are on their way. */
const UNFINISHED: Volume['state'][] = ['pending', 'waiting', 'copying'];

/** Deletes clones, and takes back requests for clones. */
export class VolumeDeleter {
  readonly #tracking: Tracking;
  readonly #access: VolumeOwnerAccess;

  constructor(options: {
    tracking: Tracking;
    volumeAccess: VolumeOwnerAccess;
  }) {
    this.#tracking = options.tracking;
    this.#access = options.volumeAccess;
  }

  /**
   * Deletes the DataVolume where CDI made the claim: of a claim alone it would
   * make another one (CDI 1.66).
   *
   * @throws NotAllowedError, NotFoundError, ConflictError when it is not ours,
   *   or in use and not forced
   */
  async delete(
    key: ObjectKey,
    options: RequestOptions & { force: boolean },
  ): Promise<DeleteVolumeResponse> {
    const permission = goldenImagesVolumeDeletePermission;
    return this.#access.asOwner(key, { ...options, permission }, async caller =>
      (await this.#cancelQueued(key, caller))
        ? {
            outcome: 'cancelled',
            sentence: `${key.namespace}/${key.name} waited for its turn, and is not made any more`,
          }
        : this.#delete(key, caller, options.force),
    );
  }

  /** What waits in the queue has no object yet. */
  async #cancelQueued(key: ObjectKey, caller: Caller): Promise<boolean> {
    const { queue } = this.#tracking;
    const row = await queue.find(key);
    if (!row || row.state === 'written') return false;
    if (!(await queue.cancel(row))) {
      throw new ConflictError(
        `"${key.namespace}/${key.name}" is being made at this moment. Try again when it is there.`,
      );
    }
    await this.#tracking.recordActivity({
      ...key,
      kind: 'volume',
      entityRef: row.entityRef,
      action: 'clone-cancelled',
      actor: caller.userRef,
      message: `The request for ${key.namespace}/${key.name} was taken back before its turn`,
    });
    return true;
  }

  async #delete(
    key: ObjectKey,
    caller: Caller,
    force: boolean,
  ): Promise<DeleteVolumeResponse> {
    const { existing, volume } = await this.#access.find(key);
    const against = force ? undefined : refusal(volume);
    if (against) {
      throw new ConflictError(
        `"${key.namespace}/${key.name}" is not deleted: ${against}. To delete it all the same, ask with "force".`,
      );
    }
    const { main } = existing;
    const { uid = '', resourceVersion } = main.metadata;
    const type = existing.dataVolume ? RESOURCES.dataVolumes : RESOURCES.claims;
    const { namespace, name } = key;
    await deleteProtected(
      this.#tracking.client(key.cluster),
      { type, namespace, name },
      { uid, resourceVersion },
    );
    await this.#tracking.recordActivity({
      ...key,
      kind: 'volume',
      entityRef: volume.entityRef,
      uid,
      action: 'delete-requested',
      actor: caller.userRef,
      message: `${namespace}/${name} is to be deleted${
        force ? ', by force' : ''
      }`,
    });
    await this.#tracking.refresh(key);
    return {
      outcome: 'deleted',
      sentence:
        volume.usedBy.length > 0
          ? `${namespace}/${name} is deleted as soon as no Pod uses it any more`
          : `${namespace}/${name} is deleted, with all that was in it`,
    };
  }
}

function refusal({ state, usedBy }: Volume): string | undefined {
  if (usedBy.length > 0) return `it is used by ${usedBy.join(', ')}`;
  return UNFINISHED.includes(state)
    ? 'its bytes are still on their way'
    : undefined;
}
