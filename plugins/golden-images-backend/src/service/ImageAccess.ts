import type { BasicPermission } from '@backstage/plugin-permission-common';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
  type Image,
} from '@golden-images/plugin-golden-images-common';
import { owns, type Authorizer, type Caller } from '../auth';
import {
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
  type ObjectRef,
} from '../kubernetes/ClusterClient';
import type { ObjectKey, Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { inPlainWords } from './clusterErrors';
import { requireConnection } from './requireConnection';

/** An image of ours as the cluster has it now. */
export interface KeptImage {
  ref: ObjectRef;
  /** The DataVolume, else the claim. */
  object: KubernetesObject;
  image: Image;
}

/** Lets those at images who keep them, and finds what they mean. */
export class ImageAccess {
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

  client(cluster: string): ClusterClient {
    return this.#tracking.client(cluster);
  }

  /**
   * Runs `work` for administrators and the owner of the image namespace who
   * hold the permission; refusals of the cluster become plain words.
   *
   * @param toDo - what was asked for: `retire images`
   * @throws NotAllowedError, NotFoundError, InputError
   */
  async asKeeper<T>(
    key: { cluster: string; namespace: string },
    asked: RequestOptions & { permission: BasicPermission; toDo: string },
    work: (caller: Caller) => Promise<T>,
  ): Promise<T> {
    const { credentials, permission, toDo } = asked;
    const caller = await this.#authorizer.authorize(credentials, permission);
    const cluster = this.#clusters.named(key.cluster);
    const name = this.#clusters.imageNamespace(cluster, key.namespace);
    return inPlainWords(cluster.name, async () => {
      const { owner } = await this.#clusters.namespace(cluster, name);
      if (owns(caller, owner)) return work(caller);
      throw new NotAllowedError(
        `${caller.userRef} may not ${toDo} in namespace "${name}" of cluster "${
          cluster.name
        }": ${
          owner
            ? `only its owner ${owner} and administrators may`
            : 'it has no owner, so only administrators may'
        }`,
      );
    });
  }

  /** @throws NotFoundError, ConflictError when it was not made here */
  async find(key: ObjectKey): Promise<KeptImage> {
    const { cluster, namespace, name } = key;
    const client = this.client(cluster);
    await this.#tracking.refresh(key);
    const row = await this.#tracking.reader.getImage(key);
    for (const type of [RESOURCES.dataVolumes, RESOURCES.claims]) {
      const ref = { type, namespace, name };
      const object = await client.get(ref);
      if (!object || !row) continue;
      if (!isOurs(object)) {
        throw new ConflictError(
          `"${namespace}/${name}" was not made here, so it is left alone`,
        );
      }
      return { ref, object, image: row.object };
    }
    await requireConnection(this.#tracking, cluster);
    throw new NotFoundError(
      `There is no image "${namespace}/${name}" in cluster "${cluster}"`,
    );
  }

  /** Writes annotations of an image as it was read; `null` removes one. @returns its row */
  async annotate(
    key: ObjectKey,
    { ref, object }: KeptImage,
    annotations: Record<string, string | null>,
  ): Promise<Image> {
    const { uid = '', resourceVersion } = object.metadata;
    await this.client(key.cluster).patch(
      ref,
      { metadata: { annotations } },
      { uid, resourceVersion },
    );
    return (await this.find(key)).image;
  }
}

function isOurs({ metadata }: KubernetesObject): boolean {
  return (
    metadata.labels?.[LABELS.role] === ROLE_GOLDEN_IMAGE &&
    metadata.annotations?.[ANNOTATIONS.requestHash] !== undefined
  );
}
