import {
  goldenImagesClonePermission,
  goldenImagesImportPermission,
  goldenImagesReadPermission,
  type NamespaceInfo,
  type NamespaceList,
} from '@golden-images/plugin-golden-images-common';
import { namespaceOwner, owns, type Authorizer } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { NamespaceRow } from '../database/GoldenImagesStore';
import type { Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import type { RequestOptions } from './ImageService';

const PERMISSIONS = {
  clone: goldenImagesClonePermission,
  import: goldenImagesImportPermission,
  all: goldenImagesReadPermission,
};

/** The namespaces that somebody may use. */
export class NamespaceService {
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

  /** Namespaces of the caller's; with `for: import` only those that hold images. */
  async list(
    filter: { cluster?: string; for?: 'clone' | 'import' },
    options: RequestOptions,
  ): Promise<NamespaceList> {
    const caller = await this.#authorizer.authorize(
      options.credentials,
      PERMISSIONS[filter.for ?? 'all'],
    );
    const clusters =
      filter.cluster === undefined
        ? this.#clusters.all
        : [this.#clusters.named(filter.cluster)];
    const rows = await this.#tracking.reader.listNamespaces({
      cluster: filter.cluster,
    });
    const items = clusters
      .flatMap(cluster =>
        namespacesOf(
          cluster,
          rows.filter(row => row.cluster === cluster.name),
        ),
      )
      .filter(
        namespace =>
          owns(caller, namespace.owner) &&
          (filter.for !== 'import' || namespace.imageNamespace),
      );
    return {
      items,
      clusters: await this.#tracking.clusterStatus(filter.cluster),
    };
  }
}

function namespacesOf(
  cluster: ClusterConfig,
  rows: NamespaceRow[],
): NamespaceInfo[] {
  const info = (row: { name: string; annotatedOwner?: string }) => ({
    cluster: cluster.name,
    name: row.name,
    owner: namespaceOwner(cluster, row),
    imageNamespace: cluster.imageNamespaces.includes(row.name),
  });
  if (rows.length > 0) return rows.filter(row => !row.terminating).map(info);
  // Namespaces may not be listed in this cluster: those of the configuration.
  const names = new Set([
    ...cluster.imageNamespaces,
    ...cluster.namespaces.map(namespace => namespace.name),
  ]);
  return Array.from(names, name => info({ name }));
}
