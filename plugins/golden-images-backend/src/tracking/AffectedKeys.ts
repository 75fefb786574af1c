import type { TrackedStore, ViewChange, ViewStore } from '../database';
import { LONGHORN_NAMESPACE } from './feeds';
import { KINDS } from './views';

/** What an Event of a Longhorn volume is about. */
const OF_LONGHORN = `${LONGHORN_NAMESPACE}/`;

/** Finds the rows that a change of some objects may change: `namespace/name`. */
export class AffectedKeys {
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

  async of(changes: ViewChange[]): Promise<Set<string>> {
    const keys = new Set<string>();
    const longhornNames: string[] = [];
    const aliases: string[] = [];
    for (const { kind, objectKey, before, after } of changes) {
      switch (kind) {
        case KINDS.dataVolume:
        case KINDS.claim:
          keys.add(objectKey);
          break;
        case KINDS.persistentVolume:
        case KINDS.event:
          // CDI binds a volume anew, from its helper's claim to the target: both are concerned.
          for (const links of [before?.links, after?.links]) {
            const key = links?.claimKey ?? links?.involvedKey;
            if (key?.startsWith(OF_LONGHORN)) {
              longhornNames.push(key.slice(OF_LONGHORN.length));
            } else if (key) keys.add(key);
          }
          break;
        case KINDS.longhornVolume:
          longhornNames.push(after?.name ?? before?.name ?? '');
          break;
        case KINDS.dataSource:
          aliases.push(objectKey);
          break;
        default:
      }
    }
    for (const key of await this.#ofLonghornVolumes(longhornNames)) {
      keys.add(key);
    }
    for (const key of await this.ofImages(aliases)) keys.add(key);
    return keys;
  }

  /** All versions of these images (`namespace/image`), and their clones. */
  async ofImages(images: Iterable<string>): Promise<string[]> {
    const versions = await this.#tracked.versionsOf(this.#cluster, images);
    const keys = versions.map(
      ({ tracked }) => `${tracked.object.namespace}/${tracked.object.name}`,
    );
    return [...keys, ...(await this.ofSources(keys))];
  }

  async ofSources(keys: Iterable<string>): Promise<string[]> {
    return this.#tracked.keysBySource(this.#cluster, keys);
  }

  async #ofLonghornVolumes(names: string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const copies = await this.#views.find(
      this.#cluster,
      KINDS.longhornVolume,
      'copy_source',
      names,
    );
    const persistentVolumes = await this.#views.find(
      this.#cluster,
      KINDS.persistentVolume,
      'volume_handle',
      [...names, ...copies.map(copy => copy.name)],
    );
    return persistentVolumes.flatMap(({ links }) => links.claimKey ?? []);
  }
}
