import type { ViewRecord, ViewStore } from '../database';
import type {
  ClaimView,
  DataVolumeView,
  EventView,
  LonghornVolumeView,
  PersistentVolumeView,
} from '../state/types';
import { KINDS, type Joined } from './views';

type Found<T> = Omit<ViewRecord, 'document'> & { document: T };

/** Brings together what belongs to one name: claim → PersistentVolume → Longhorn volume, and their events. */
export class Joiner {
  readonly #views: ViewStore;
  readonly #cluster: string;

  constructor(views: ViewStore, cluster: string) {
    this.#views = views;
    this.#cluster = cluster;
  }

  /** By `namespace/name`; keys of which nothing exists are absent. */
  async load(keys: string[]): Promise<Map<string, Joined>> {
    const dataVolumes = await this.#byKey<DataVolumeView>(
      KINDS.dataVolume,
      keys,
    );
    const claims = await this.#byKey<ClaimView>(KINDS.claim, keys);
    const persistentVolumes = await this.#byName<PersistentVolumeView>(
      KINDS.persistentVolume,
      [...claims.values()].map(claim => claim.links.volumeName),
    );
    const longhornVolumes = await this.#byName<LonghornVolumeView>(
      KINDS.longhornVolume,
      [...persistentVolumes.values()].map(volume => volume.links.volumeHandle),
    );
    const copySources = await this.#byName<LonghornVolumeView>(
      KINDS.longhornVolume,
      [...longhornVolumes.values()].map(volume => volume.links.copySource),
    );
    const events = await this.#events([
      ...[...dataVolumes.values()].map(view => view.uid),
      ...[...claims.values()].map(view => view.uid),
      ...[...longhornVolumes.values()].map(view => view.uid),
    ]);

    const joined = new Map<string, Joined>();
    for (const key of keys) {
      const dataVolume = dataVolumes.get(key);
      const claim = claims.get(key);
      if (!dataVolume && !claim) continue;
      const persistentVolume = persistentVolumes.get(
        claim?.links.volumeName ?? '',
      );
      const longhornVolume = longhornVolumes.get(
        persistentVolume?.links.volumeHandle ?? '',
      );
      const copySource = longhornVolume?.links.copySource;
      const slash = key.indexOf('/');
      joined.set(key, {
        namespace: key.slice(0, slash),
        name: key.slice(slash + 1),
        dataVolume: dataVolume?.document,
        claim: claim?.document,
        persistentVolume: persistentVolume?.document,
        longhornVolume: longhornVolume?.document,
        sourceLonghornVolume:
          copySource === undefined
            ? undefined
            : copySources.get(copySource)?.document ?? 'missing',
        events: [dataVolume?.uid, claim?.uid, longhornVolume?.uid].flatMap(
          uid => events.get(uid ?? '') ?? [],
        ),
        seenAtMs: Math.max(
          0,
          ...[dataVolume, claim, persistentVolume, longhornVolume].map(
            view => view?.seenAtMs ?? 0,
          ),
        ),
      });
    }
    return joined;
  }

  async #byKey<T extends object>(kind: string, keys: string[]) {
    const found = await this.#views.find<T>(
      this.#cluster,
      kind,
      'object_key',
      keys,
    );
    return new Map(found.map(view => [view.objectKey, view]));
  }

  /** PersistentVolumes and Longhorn volumes are kept by their name alone. */
  async #byName<T extends object>(
    kind: string,
    names: (string | undefined)[],
  ): Promise<Map<string, Found<T>>> {
    const wanted = names.filter(name => name !== undefined);
    const found = await this.#views.find<T>(
      this.#cluster,
      kind,
      'object_key',
      wanted,
    );
    return new Map(found.map(view => [view.name, view]));
  }

  async #events(uids: string[]): Promise<Map<string, EventView[]>> {
    const found = await this.#views.find<EventView>(
      this.#cluster,
      KINDS.event,
      'involved_uid',
      uids,
    );
    const byUid = new Map<string, EventView[]>();
    for (const { links, document } of found) {
      const uid = links.involvedUid ?? '';
      byUid.set(uid, [...(byUid.get(uid) ?? []), document]);
    }
    return byUid;
  }
}
