import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { BasicPermission } from '@backstage/plugin-permission-common';
import type { Authorizer, Caller } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { ObjectKey, Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { inPlainWords } from './clusterErrors';
import { requireOwner } from './cloneNamespace';
import {
  describeObject,
  findExisting,
  hasUid,
  type ExistingObject,
} from './existingObject';

/** A clone of ours as it is now. */
export interface OwnedVolume {
  existing: ExistingObject;
  volume: Volume;
}

/** Volumes for whoever may change them: the owner of their namespace, and admins. */
export class VolumeOwnerAccess {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
  }

  /** @throws NotAllowedError for others; InputError when there is no such namespace */
  async asOwner<T>(
    key: ObjectKey,
    options: RequestOptions & { permission: BasicPermission },
    work: (caller: Caller, cluster: ClusterConfig) => Promise<T>,
  ): Promise<T> {
    const { credentials, permission } = options;
    const caller = await this.#authorizer.authorize(credentials, permission);
    const cluster = this.#clusters.named(key.cluster);
    return inPlainWords(cluster.name, async () => {
      const facts = await this.#clusters.namespace(cluster, key.namespace);
      requireOwner(caller, cluster, facts);
      return work(caller, cluster);
    });
  }

  /**
   * Read from the cluster now.
   *
   * @param uid - of its DataVolume or claim: another of its name is not meant
   * @throws NotFoundError; ConflictError for what is not a clone of ours
   */
  async findOurs(key: ObjectKey, uid?: string): Promise<ExistingObject> {
    const client = this.#tracking.client(key.cluster);
    const existing = await findExisting(client, key);
    if (!existing) {
      throw new NotFoundError(
        `There is no volume "${key.namespace}/${key.name}" in cluster "${key.cluster}"`,
      );
    }
    const { main, dataVolume, claim } = existing;
    if (!hasUid(existing, uid)) {
      throw new NotFoundError(
        `The volume "${key.namespace}/${key.name}" that was meant does not exist any more in cluster "${key.cluster}"; what bears its name now is left alone`,
      );
    }
    const { labels = {}, annotations = {} } = main.metadata;
    const owner = claim?.metadata.ownerReferences?.find(ref => ref.controller);
    const ours =
      labels[LABELS.role] === ROLE_CLONE &&
      annotations[ANNOTATIONS.requestHash] !== undefined &&
      (owner === undefined || owner.uid === dataVolume?.metadata.uid);
    if (!ours) {
      throw new ConflictError(
        `${describeObject(
          main,
        )} was not made by this product as a clone, so it is left alone. Use the means of whoever made it.`,
      );
    }
    return existing;
  }

  /**
   * Read from the cluster now, with its state.
   *
   * @throws NotFoundError; ConflictError for what is not a clone of ours, or is being deleted
   */
  async find(key: ObjectKey, uid?: string): Promise<OwnedVolume> {
    const existing = await this.findOurs(key, uid);
    const { main } = existing;
    if (main.metadata.deletionTimestamp) {
      throw new ConflictError(`${describeObject(main)} is being deleted`);
    }
    await this.#tracking.refresh(key);
    const row = await this.#tracking.reader.getVolume(key);
    if (!row || row.ownerUid !== main.metadata.uid) {
      throw new ConflictError(
        `${describeObject(
          main,
        )} has just been made or changed. Try again in a moment.`,
      );
    }
    return { existing, volume: row.object };
  }
}
