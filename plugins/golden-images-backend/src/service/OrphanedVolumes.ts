import type { AuthService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { VolumeList } from '@golden-images/plugin-golden-images-common';
import { owns, type Authorizer } from '../auth';
import type { Tracking } from '../tracking';
import type { RequestOptions } from './ImageService';
import { NamespaceOwners } from './NamespaceOwners';
import type { ClusterDirectory } from './ClusterDirectory';

const BATCH_SIZE = 200;

/** Volumes whose entity is not in the catalog any more. */
export class OrphanedVolumes {
  readonly #tracking: Tracking;
  readonly #authorizer: Authorizer;
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;
  readonly #owners: NamespaceOwners;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    catalog: CatalogService;
    auth: AuthService;
  }) {
    this.#tracking = options.tracking;
    this.#authorizer = options.authorizer;
    this.#catalog = options.catalog;
    this.#auth = options.auth;
    this.#owners = new NamespaceOwners(options);
  }

  /** All of them for admins, for others those in namespaces of theirs. Nothing is deleted by itself. */
  async list(options: RequestOptions): Promise<VolumeList> {
    const { caller, mayRead } = await this.#authorizer.authorizeVolumes(
      options.credentials,
    );
    const rows = await this.#tracking.reader.listVolumes({});
    const attached = rows
      .map(({ object }) => object)
      .filter(({ ours, entityRef }) => ours && entityRef !== undefined);
    const ownerOf = await this.#owners.load(attached);
    const mine = attached
      .map(volume => ({
        ...volume,
        owner: ownerOf(volume.cluster, volume.namespace),
      }))
      .filter(volume => owns(caller, volume.owner) && mayRead(volume));
    const present = await this.#present(
      mine.map(({ entityRef }) => refOf(entityRef)),
    );
    return {
      items: mine.filter(({ entityRef }) => !present.has(refOf(entityRef))),
      clusters: await this.#tracking.clusterStatus(),
    };
  }

  /** With our own rights: an entity that the caller may not see is there all the same. */
  async #present(refs: string[]): Promise<Set<string>> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const wanted = Array.from(new Set(refs));
    const present = new Set<string>();
    for (let at = 0; at < wanted.length; at += BATCH_SIZE) {
      const { items } = await this.#catalog.getEntitiesByRefs(
        {
          entityRefs: wanted.slice(at, at + BATCH_SIZE),
          fields: ['kind', 'metadata.name', 'metadata.namespace'],
        },
        { credentials },
      );
      for (const entity of items) {
        if (entity) present.add(stringifyEntityRef(entity));
      }
    }
    return present;
  }
}

function refOf(entityRef: string | undefined): string {
  return (entityRef ?? '').toLocaleLowerCase('en-US');
}
