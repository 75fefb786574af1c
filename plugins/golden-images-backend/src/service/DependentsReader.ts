import type { ImageDependents } from '@golden-images/plugin-golden-images-common';
import { owns, type Authorizer } from '../auth';
import {
  findCopies,
  readChain,
  type Chain,
  type RunningCopy,
} from '../control';
import type { ObjectKey, Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';
import { NamespaceOwners } from './NamespaceOwners';

/** What depends on an image, as far as its reader may see it. */
export class DependentsReader {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #authorizer: Authorizer;
  readonly #owners: NamespaceOwners;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#owners = new NamespaceOwners(options);
  }

  /** Without blockers. @throws KubernetesApiError when the cluster does not answer */
  async read(
    key: ObjectKey,
    options: RequestOptions,
  ): Promise<Omit<ImageDependents, 'blockers'> & { chain?: Chain }> {
    const client = this.#tracking.client(key.cluster);
    const chain = await readChain(client, key);
    const { scope } = this.#clusters.named(key.cluster);
    const copies = chain
      ? await findCopies(client, chain, scope)
      : { running: [], unseen: [] };
    const volumes = await this.#clonesOf(key);
    const namespaces = [...volumes, ...copies.running].map(each => ({
      cluster: key.cluster,
      namespace: each.namespace,
    }));
    const sees = await this.#sight(key.cluster, namespaces, options);
    const clones = volumes.filter(({ namespace }) => sees(namespace));
    return {
      chain,
      running: copies.running.map(copy => shown(copy, key, sees)),
      unseen: copies.unseen,
      clones: clones.map(({ namespace, name, state, entityRef }) => ({
        namespace,
        name,
        state,
        entityRef,
      })),
      otherClones: volumes.length - clones.length,
      sizeBytes: chain?.persistentVolume?.capacityBytes,
    };
  }

  async #clonesOf(key: ObjectKey) {
    const rows = await this.#tracking.reader.listVolumes({
      cluster: key.cluster,
    });
    return rows
      .map(({ object }) => object)
      .filter(
        ({ source }) =>
          source?.namespace === key.namespace &&
          source.name === key.name &&
          !source.removed,
      );
  }

  /** Volumes are seen by the owners of their namespaces, as everywhere. */
  async #sight(
    cluster: string,
    namespaces: { cluster: string; namespace: string }[],
    { credentials }: RequestOptions,
  ) {
    const ownerOf = await this.#owners.load(namespaces);
    const audience = await this.#authorizer
      .authorizeVolumes(credentials)
      .catch(error => {
        if (error instanceof Error && error.name === 'NotAllowedError') {
          return undefined;
        }
        throw error;
      });
    return (namespace: string) => {
      const owner = ownerOf(cluster, namespace);
      return (
        audience !== undefined &&
        audience.mayRead({ owner }) &&
        owns(audience.caller, owner)
      );
    };
  }
}

function shown(
  { kind, namespace, name, why }: RunningCopy,
  image: ObjectKey,
  sees: (namespace: string) => boolean,
) {
  // A volume of Longhorn bears a name that says nothing.
  const visible =
    kind === 'Volume' || namespace === image.namespace || sees(namespace);
  return visible ? { kind, namespace, name, why } : { kind, why };
}
