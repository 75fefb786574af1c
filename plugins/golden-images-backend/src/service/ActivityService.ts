import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  goldenImagesReadPermission,
  type Activity,
  type ActivityList,
} from '@golden-images/plugin-golden-images-common';
import { owns, type Authorizer, type EntityAccess } from '../auth';
import type { Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { NamespaceOwners } from './NamespaceOwners';

export interface ActivityFilter {
  cluster: string;
  namespace: string;
  name?: string;
  limit: number;
  /** `next` of the page before. */
  before?: string;
}

/** The history of objects, also of those that are gone, for those who may see the objects. */
export class ActivityService {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #entities: EntityAccess;
  readonly #owners: NamespaceOwners;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    entities: EntityAccess;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#entities = options.entities;
    this.#owners = new NamespaceOwners(options);
  }

  /**
   * Of one object for whoever may see it: that of an image for all readers;
   * that of a volume for the owner of its namespace, admins, and whoever may
   * read its entity. Of a namespace for its owner and admins.
   *
   * @throws InputError, NotFoundError, NotAllowedError
   */
  async list(
    filter: ActivityFilter,
    options: RequestOptions,
  ): Promise<ActivityList> {
    const { cluster, namespace, name, limit, before } = filter;
    const { credentials } = options;
    const { caller, mayReadImages, mayReadVolume } = await this.#audience(
      credentials,
    );
    this.#clusters.named(cluster);
    const ownerOf = await this.#owners.load([{ cluster, namespace }]);
    const owner = ownerOf(cluster, namespace);
    const isOwner = owns(caller, owner);
    if (name === undefined && !isOwner) {
      throw new NotAllowedError(
        `namespace: the history of "${namespace}" in cluster "${cluster}" is shown to ${
          owner ? `its owner ${owner} and administrators` : 'administrators'
        } only; name an object to see its own`,
      );
    }
    const { items, lastId } = await this.#tracking.listActivity(
      { cluster, namespace, name },
      { limit, beforeId: before === undefined ? undefined : idOf(before) },
    );
    const mayReadVolumes = mayReadVolume({ owner });
    const readable = isOwner
      ? new Map()
      : await this.#entities.findAllRecent(refsOf(items), caller);
    const shown = items.filter(
      ({ kind, entityRef }) =>
        (kind === 'image' && mayReadImages) ||
        (kind === 'volume' &&
          mayReadVolumes &&
          (isOwner || (entityRef !== undefined && readable.has(entityRef)))),
    );
    if (name !== undefined && before === undefined && shown.length === 0) {
      throw new NotFoundError(
        `There is no history of "${namespace}/${name}" in cluster "${cluster}", or you may not see it`,
      );
    }
    return {
      items: shown,
      next: lastId === undefined ? undefined : String(lastId),
    };
  }

  /** Images and volumes have permissions of their own: one of them is enough to ask. */
  async #audience(credentials: RequestOptions['credentials']) {
    const images = await granted(
      this.#authorizer.authorize(credentials, goldenImagesReadPermission),
    );
    const volumes = await granted(
      this.#authorizer.authorizeVolumes(credentials),
    );
    const caller = images.value ?? volumes.value?.caller;
    if (!caller) throw images.refusal;
    return {
      caller,
      mayReadImages: images.value !== undefined,
      mayReadVolume: volumes.value?.mayRead ?? (() => false),
    };
  }
}

async function granted<T>(
  asked: Promise<T>,
): Promise<{ value?: T; refusal?: NotAllowedError }> {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof NotAllowedError) return { refusal: error };
    throw error;
  }
}

function idOf(before: string): number {
  if (!/^[0-9]{1,15}$/.test(before)) {
    throw new InputError(
      'before: must be what an earlier answer has as "next"',
    );
  }
  return Number(before);
}

function refsOf(items: Activity[]): string[] {
  const refs = items
    .map(item => item.entityRef)
    .filter(ref => ref !== undefined);
  return Array.from(new Set(refs));
}
