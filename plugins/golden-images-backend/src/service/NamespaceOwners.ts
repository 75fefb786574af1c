import { namespaceOwner, type GoldenVolume } from '../auth';
import type { Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';

/** Owner of a namespace, an entity ref in lower case. */
export type OwnerOf = (
  cluster: string,
  namespace: string,
) => string | undefined;

/** Who owns namespaces, by configuration or by what is written on them. */
export class NamespaceOwners {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;

  constructor(options: { tracking: Tracking; clusters: ClusterDirectory }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
  }

  /** Of one cluster, or of all. */
  async load(cluster?: string): Promise<OwnerOf> {
    const rows = await this.#tracking.reader.listNamespaces({ cluster });
    const annotated = new Map(
      rows.map(row => [`${row.cluster}/${row.name}`, row.annotatedOwner]),
    );
    const configs = new Map(
      this.#clusters.all.map(config => [config.name, config]),
    );
    return (clusterName, name) => {
      const config = configs.get(clusterName);
      const annotatedOwner = annotated.get(`${clusterName}/${name}`);
      return config && namespaceOwner(config, { name, annotatedOwner });
    };
  }

  /** What permission rules decide about, by `cluster/namespace/name`. */
  async volumes(refs: string[]): Promise<(GoldenVolume | undefined)[]> {
    const ownerOf = await this.load();
    return Promise.all(
      refs.map(async ref => {
        const [cluster, namespace, name] = ref.split('/');
        const row = await this.#tracking.reader.getVolume({
          cluster,
          namespace,
          name,
        });
        return row && { owner: ownerOf(cluster, namespace) };
      }),
    );
  }
}
