import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import type {
  Volume,
  VolumeList,
} from '@golden-images/plugin-golden-images-common';
import {
  normalizeEntityRef,
  owns,
  type Authorizer,
  type EntityAccess,
  type EntityFacts,
  type VolumeAudience,
} from '../auth';
import type { Tracked } from '../database/GoldenImagesStore';
import type { ObjectKey, Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { findEntityVolumes } from './findEntityVolumes';
import { NamespaceOwners } from './NamespaceOwners';
import { requireConnection } from './requireConnection';

/** Volumes as their readers may see them. */
export class VolumeReader {
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
   * The volumes of an entity, for whoever may read it. A volume whose namespace
   * has another owner than the entity says `attachedBy`; one that the entity
   * merely selects by label is then shown to the owner of its namespace only.
   *
   * @throws NotFoundError when the entity is not there for the caller, InputError when its label selector is wrong
   */
  async ofEntity(ref: string, options: RequestOptions): Promise<VolumeList> {
    const { caller, mayRead } = await this.#audience(options);
    const entityRef = normalizeEntityRef(ref, 'entityRef');
    const entity = await this.#entities.findRecent(entityRef, caller);
    if (!entity) {
      throw new NotFoundError(
        `entityRef: there is no ${entityRef} in the catalog, or you may not see it`,
      );
    }
    const { attached, selected } = await findEntityVolumes(entity, {
      reader: this.#tracking.reader,
      clusters: this.#clusters,
    });
    const entities = new Map([[entityRef, entity]]);
    const items = await this.#shown(
      [...attached, ...selected],
      entities,
      entity,
    );
    // Whoever describes an entity chooses its selector.
    const visible = items.filter(
      (volume, index) =>
        index < attached.length ||
        volume.attachedBy === undefined ||
        owns(caller, volume.owner),
    );
    return {
      items: visible.filter(mayRead),
      clusters: await this.#tracking.clusterStatus(),
    };
  }

  /** @throws NotAllowedError for others than the owner of the namespace and admins */
  async ofNamespace(
    key: { cluster: string; namespace: string },
    options: RequestOptions,
  ): Promise<VolumeList> {
    const { caller, mayRead } = await this.#audience(options);
    const owner = await this.#ownerOf(key);
    if (!owns(caller, owner)) {
      // An owner may be written on a namespace that has not been read yet.
      if (!owner) await requireConnection(this.#tracking, key.cluster);
      throw new NotAllowedError(
        `namespace: the volumes of "${key.namespace}" in cluster "${
          key.cluster
        }" are shown to ${
          owner ? `its owner ${owner} and administrators` : 'administrators'
        } only`,
      );
    }
    const rows = await this.#tracking.reader.listVolumes({
      cluster: key.cluster,
      namespace: key.namespace,
    });
    const entities = await this.#entities.findAllRecent(refsOf(rows), caller);
    const items = await this.#shown(rows, entities);
    return {
      items: items.filter(mayRead),
      clusters: await this.#tracking.clusterStatus(key.cluster),
    };
  }

  /**
   * One volume, for the owner of its namespace, admins, and whoever may read
   * its entity. Others learn nothing, not even that it exists.
   *
   * @throws NotFoundError
   */
  async get(key: ObjectKey, options: RequestOptions): Promise<Volume> {
    const { caller, mayRead } = await this.#audience(options);
    const owner = await this.#ownerOf(key);
    const row = await this.#tracking.reader.getVolume(key);
    const entities = await this.#entities.findAllRecent(
      row ? refsOf([row]) : [],
      caller,
    );
    if (!row) await requireConnection(this.#tracking, key.cluster);
    const visible =
      mayRead({ owner }) && (owns(caller, owner) || entities.size > 0);
    if (!row || !visible) {
      throw new NotFoundError(
        `There is no volume "${key.namespace}/${key.name}" in cluster "${key.cluster}", or you may not see it`,
      );
    }
    const [volume] = await this.#shown([row], entities);
    return volume;
  }

  async #audience(options: RequestOptions): Promise<VolumeAudience> {
    return this.#authorizer.authorizeVolumes(options.credentials);
  }

  async #ownerOf(key: {
    cluster: string;
    namespace: string;
  }): Promise<string | undefined> {
    if (!key.namespace) throw new InputError('namespace: must be named');
    this.#clusters.named(key.cluster);
    const ownerOf = await this.#owners.load([key]);
    return ownerOf(key.cluster, key.namespace);
  }

  /** @param ofAll - the entity to which all rows are attached, by annotation or label */
  async #shown(
    rows: Tracked<Volume>[],
    entities: Map<string, EntityFacts>,
    ofAll?: EntityFacts,
  ): Promise<Volume[]> {
    const ownerOf = await this.#owners.load(rows.map(row => row.object));
    return rows.map(({ object }) => {
      const owner = ownerOf(object.cluster, object.namespace);
      const entity =
        ofAll ??
        (object.entityRef ? entities.get(object.entityRef) : undefined);
      const foreign =
        entity && !(owner !== undefined && entity.owners.includes(owner));
      return {
        ...object,
        owner,
        attachedBy: foreign ? object.namespace : undefined,
      };
    });
  }
}

function refsOf(rows: Tracked<Volume>[]): string[] {
  const refs = rows
    .map(row => row.object.entityRef)
    .filter(ref => ref !== undefined);
  return Array.from(new Set(refs));
}
