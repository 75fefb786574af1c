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
import { NamespaceQuotas } from './NamespaceQuotas';
import type { Preflight } from './preflight';

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
  readonly #quotas: NamespaceQuotas;

  constructor(options: {
    tracking: Tracking;
    clusters: ClusterDirectory;
    authorizer: Authorizer;
    preflight: Preflight;
  }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#authorizer = options.authorizer;
    this.#quotas = new NamespaceQuotas(options.preflight);
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
      items: await this.#withQuotas(items),
      clusters: await this.#tracking.clusterStatus(filter.cluster),
    };
  }

  async #withQuotas(items: NamespaceInfo[]): Promise<NamespaceInfo[]> {
    const names = Array.from(new Set(items.map(({ cluster }) => cluster)));
    const found = await Promise.all(
      names.map(async name => {
        const mine = items.filter(({ cluster }) => cluster === name);
        const quotas = await this.#quotas.of(
          this.#clusters.named(name),
          mine.map(namespace => namespace.name),
        );
        return [name, quotas] as const;
      }),
    );
    const byCluster = new Map(found);
    return items.map(item => ({
      ...item,
      quota: byCluster.get(item.cluster)?.get(item.name) ?? {
        known: false,
        left: [],
      },
    }));
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
