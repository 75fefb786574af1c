import type { ClaimChain, ViewStore } from '../database';
import type {
  ClaimView,
  DataVolumeView,
  EventView,
  LonghornVolumeView,
  PersistentVolumeView,
} from '../state/types';
import { KINDS, type Joined } from './views';

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
    const chains = await this.#views.findChains<
      DataVolumeView,
      ClaimView,
      PersistentVolumeView,
      LonghornVolumeView
    >(this.#cluster, keys, KINDS);
    const copySources = await this.#longhornVolumes(
      [...chains.values()].flatMap(({ copySource }) => copySource ?? []),
    );
    const events = await this.#events([...chains.values()].flatMap(uidsOf));

    const joined = new Map<string, Joined>();
    for (const key of keys) {
      const chain = chains.get(key);
      if (!chain?.dataVolume && !chain?.claim) continue;
      const { dataVolume, claim, persistentVolume, longhornVolume } = chain;
      const { copySource } = chain;
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
            : copySources.get(copySource) ?? 'missing',
        events: uidsOf(chain).flatMap(uid => events.get(uid) ?? []),
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

  /** By name. */
  async #longhornVolumes(
    names: string[],
  ): Promise<Map<string, LonghornVolumeView>> {
    const found = await this.#views.find<LonghornVolumeView>(
      this.#cluster,
      KINDS.longhornVolume,
      'object_key',
      names,
    );
    return new Map(found.map(view => [view.name, view.document]));
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

/** Of those whose events are told. */
function uidsOf({
  dataVolume,
  claim,
  longhornVolume,
}: ClaimChain<object, object, object, object>): string[] {
  return [dataVolume?.uid, claim?.uid, longhornVolume?.uid].filter(
    uid => uid !== undefined,
  );
}
