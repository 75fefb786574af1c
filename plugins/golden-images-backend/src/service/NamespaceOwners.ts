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

  /** Of these namespaces alone, each in one or several clusters. */
  async load(of: { cluster: string; namespace: string }[]): Promise<OwnerOf> {
    const names = new Set(of.map(({ namespace }) => namespace));
    const clusters = new Set(of.map(({ cluster }) => cluster));
    const [onlyOne] = clusters.size === 1 ? clusters : [];
    const rows =
      of.length === 0
        ? []
        : await this.#tracking.reader.listNamespaces({
            cluster: onlyOne,
            names: [...names],
          });
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
    const keys = refs.map(ref => {
      const [cluster, namespace, name] = ref.split('/');
      return { cluster, namespace, name };
    });
    const ownerOf = await this.load(keys);
    return Promise.all(
      keys.map(async key => {
        const row = await this.#tracking.reader.getVolume(key);
        return row && { owner: ownerOf(key.cluster, key.namespace) };
      }),
    );
  }
}
