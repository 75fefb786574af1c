import type { TrackedStore, ViewStore } from '../database';
import { imageNameOf, type Neighbours } from './documents';
import { sourceRefOf } from './sources';
import { KINDS, type DataSourceView, type Joined } from './views';

const keyOf = ({ namespace, name }: { namespace: string; name: string }) =>
  `${namespace}/${name}`;

/** Loads what rows show of other rows: aliases of images, sources of volumes. */
export class NeighbourLoader {
  readonly #views: ViewStore;
  readonly #tracked: TrackedStore;
  readonly #cluster: string;

  constructor(
    stores: { views: ViewStore; tracked: TrackedStore },
    cluster: string,
  ) {
    this.#views = stores.views;
    this.#tracked = stores.tracked;
    this.#cluster = cluster;
  }

  /** Resolves to what gives the neighbours of each `namespace/name`. */
  async load(
    rows: Joined[],
  ): Promise<(key: string) => Neighbours & { sourceKey?: string }> {
    const sourceRefs = new Map(rows.map(row => [keyOf(row), sourceRefOf(row)]));
    const ownAliases = new Map(
      rows.map(row => [keyOf(row), `${row.namespace}/${imageNameOf(row)}`]),
    );
    const aliasSources = [...sourceRefs.values()].flatMap(ref =>
      ref?.kind === 'alias' ? keyOf(ref) : [],
    );
    const aliases = await this.#aliases([
      ...ownAliases.values(),
      ...aliasSources,
    ]);
    const sourceKeys = new Map<string, string>();
    for (const [key, ref] of sourceRefs) {
      const target = ref?.kind === 'alias' ? aliases.get(keyOf(ref)) : ref;
      const claim = target && 'claim' in target ? target.claim : target;
      if (ref && ref.kind !== 'snapshot' && claim && 'name' in claim) {
        sourceKeys.set(key, keyOf(claim));
      }
    }
    const sources = await this.#tracked.load(
      this.#cluster,
      sourceKeys.values(),
    );
    const currents = await this.#currentVersions([...sources.values()]);
    return key => {
      const sourceKey = sourceKeys.get(key);
      const source = sources.get(sourceKey ?? '');
      const object = source?.tracked.object;
      return {
        alias: aliases.get(ownAliases.get(key) ?? ''),
        source,
        sourceKey,
        currentVersion:
          object?.kind === 'image'
            ? currents.get(`${object.namespace}/${object.image}`)
            : undefined,
        sourceFollowed: sourceRefs.get(key)?.kind === 'claim',
      };
    };
  }

  async #aliases(keys: string[]): Promise<Map<string, DataSourceView>> {
    const found = await this.#views.find<DataSourceView>(
      this.#cluster,
      KINDS.dataSource,
      'object_key',
      keys,
    );
    return new Map(found.map(view => [view.objectKey, view.document]));
  }

  async #currentVersions(sources: { tracked: { object: object } }[]) {
    const images = sources.flatMap(({ tracked: { object } }) =>
      'image' in object && 'namespace' in object
        ? `${object.namespace}/${object.image}`
        : [],
    );
    const versions = await this.#tracked.versionsOf(this.#cluster, images);
    const current = new Map<string, string | undefined>();
    for (const { tracked } of versions) {
      const { object } = tracked;
      if (object.kind === 'image' && object.current) {
        current.set(`${object.namespace}/${object.image}`, object.version);
      }
    }
    return current;
  }
}
