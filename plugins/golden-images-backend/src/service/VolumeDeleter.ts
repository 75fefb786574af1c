import { ConflictError } from '@backstage/errors';
import {
  ANNOTATIONS,
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
import type { ExistingObject } from './existingObject';
import { encodeWaitHandle } from './waitHandle';

/** States in which bytes are on their way. */
const UNFINISHED: Volume['state'][] = ['pending', 'waiting', 'copying'];

export interface DeleteOptions extends RequestOptions {
  /** Asks the cluster with `dryRun=All`, and deletes nothing. */
  dryRun: boolean;
  /** Although it is used, or its bytes are on their way. */
  force: boolean;
  /** uid of its DataVolume or claim: another of its name is left alone. */
  uid?: string;
}

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
   * make another one (CDI 1.66). One that is being deleted is answered like one
   * that is deleted now, so that a step may run twice.
   *
   * @throws NotAllowedError, NotFoundError, ConflictError when it is not ours,
   *   or in use and not forced
   */
  async delete(
    key: ObjectKey,
    options: DeleteOptions,
  ): Promise<DeleteVolumeResponse> {
    const permission = goldenImagesVolumeDeletePermission;
    const { dryRun, uid } = options;
    return this.#access.asOwner(key, { ...options, permission }, async caller =>
      // What has a uid is not in the queue any more.
      uid === undefined && (await this.#cancelQueued(key, caller, dryRun))
        ? {
            dryRun,
            outcome: 'cancelled',
            sentence: `${key.namespace}/${key.name} waited for its turn, and is not made any more`,
          }
        : this.#delete(key, caller, options),
    );
  }

  /** What waits in the queue has no object yet. */
  async #cancelQueued(
    key: ObjectKey,
    caller: Caller,
    dryRun: boolean,
  ): Promise<boolean> {
    const { queue } = this.#tracking;
    const row = await queue.find(key);
    if (!row || row.state === 'written') return false;
    if (dryRun) return true;
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
    options: DeleteOptions,
  ): Promise<DeleteVolumeResponse> {
    const { dryRun, force } = options;
    const { namespace, name } = key;
    const begun = await this.#access.findOurs(key, options.uid);
    if (begun.main.metadata.deletionTimestamp) {
      const sentence = `${namespace}/${name} is being deleted already`;
      return answer(key, caller, begun, { dryRun, sentence });
    }
    const { existing, volume } = await this.#access.find(key, options.uid);
    const against = force ? undefined : refusal(volume);
    if (against) {
      throw new ConflictError(
        `"${namespace}/${name}" is not deleted: ${against}. To delete it all the same, ask with "force".`,
      );
    }
    await this.#write(key, caller, existing, { volume, dryRun, force });
    const sentence =
      volume.usedBy.length > 0
        ? `${namespace}/${name} is deleted as soon as no Pod uses it any more`
        : `${namespace}/${name} is deleted, with all that was in it`;
    return answer(key, caller, existing, { dryRun, sentence });
  }

  async #write(
    key: ObjectKey,
    caller: Caller,
    { main, dataVolume }: ExistingObject,
    how: { volume: Volume; dryRun: boolean; force: boolean },
  ): Promise<void> {
    const { cluster, namespace, name } = key;
    const { uid = '', resourceVersion } = main.metadata;
    const type = dataVolume ? RESOURCES.dataVolumes : RESOURCES.claims;
    const ref = { type, namespace, name };
    const client = this.#tracking.client(cluster);
    if (how.dryRun) {
      await client.delete(ref, { uid, resourceVersion }, { dryRun: true });
      return;
    }
    await deleteProtected(client, ref, { uid, resourceVersion });
    await this.#tracking.recordActivity({
      ...key,
      kind: 'volume',
      entityRef: how.volume.entityRef,
      uid,
      action: 'delete-requested',
      actor: caller.userRef,
      message: `${namespace}/${name} is to be deleted${
        how.force ? ', by force' : ''
      }`,
    });
    await this.#tracking.refresh(key);
  }
}

function answer(
  { cluster, namespace, name }: ObjectKey,
  caller: Caller,
  { main, claim }: ExistingObject,
  { dryRun, sentence }: { dryRun: boolean; sentence: string },
): DeleteVolumeResponse {
  const { uid, annotations } = main.metadata;
  return {
    dryRun,
    outcome: 'deleted',
    sentence,
    uid,
    waitHandle: dryRun
      ? undefined
      : encodeWaitHandle({
          cluster,
          kind: 'volume',
          namespace,
          name,
          requestHash: annotations?.[ANNOTATIONS.requestHash],
          initiator: caller.userRef,
          uid,
          endOfClaim: claim?.metadata.uid,
          onTimeout: 'keep',
        }),
  };
}

function refusal({ state, usedBy }: Volume): string | undefined {
  if (usedBy.length > 0) return `it is used by ${usedBy.join(', ')}`;
  return UNFINISHED.includes(state)
    ? 'its bytes are still on their way'
    : undefined;
}
