import { InputError, NotFoundError } from '@backstage/errors';
import type { ClusterConfig, GoldenImagesConfig } from '../config/types';
import type { Tracking } from '../tracking';
import { NamespaceReads, type NamespaceFacts } from './NamespaceReads';

export type { NamespaceFacts };

/** Names of clusters and namespaces, as requests leave them out or misspell them. */
export class ClusterDirectory {
  readonly #config: GoldenImagesConfig;
  readonly #namespaces: NamespaceReads;

  constructor(config: GoldenImagesConfig, tracking: Tracking) {
    this.#config = config;
    this.#namespaces = new NamespaceReads(tracking);
  }

  get all(): ClusterConfig[] {
    return this.#config.clusters;
  }

  /** @throws NotFoundError naming the clusters that there are */
  named(name: string): ClusterConfig {
    const cluster = this.all.find(c => c.name === name);
    if (!cluster) {
      throw new NotFoundError(
        `cluster: there is no "${name}" (${this.#names()})`,
      );
    }
    return cluster;
  }

  /**
   * The cluster of a request, which may leave it out where there is only one.
   *
   * @throws InputError when it must be named; NotFoundError when there is none of that name
   */
  ofRequest(name: string | undefined): ClusterConfig {
    if (name !== undefined) return this.named(name);
    if (this.all.length !== 1) {
      throw new InputError(`cluster: must be named (${this.#names()})`);
    }
    return this.all[0];
  }

  /** @throws InputError naming the image namespaces that there are */
  imageNamespace(cluster: ClusterConfig, name: string | undefined): string {
    const names = cluster.imageNamespaces;
    const list = names.join(', ');
    if (name === undefined) {
      if (names.length === 1) return names[0];
      throw new InputError(
        `namespace: the image namespace must be named (cluster "${cluster.name}" has ${list})`,
      );
    }
    if (!names.includes(name)) {
      throw new InputError(
        `namespace: "${name}" is not an image namespace of cluster "${cluster.name}" (it has ${list})`,
      );
    }
    return name;
  }

  /**
   * A namespace as the cluster has it now: who owns it must not be decided on
   * an old row. Where the account may not read namespaces, the row is used.
   */
  async namespace(
    cluster: ClusterConfig,
    name: string,
  ): Promise<NamespaceFacts> {
    return this.#namespaces.read(cluster, name);
  }

  #names(): string {
    return this.all.length === 0
      ? 'no cluster is configured: an administrator can add one below goldenImages.clusters'
      : `there: ${this.all.map(cluster => cluster.name).join(', ')}`;
  }
}
