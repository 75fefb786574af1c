import type {
  ClaimView,
  DataVolumeView,
  DeriveInput,
  EventView,
  LonghornVolumeView,
  PersistentVolumeView,
} from '../types';
import {
  claimView,
  dataVolumeView,
  eventView,
  isHelper,
  longhornVolumeView,
  persistentVolumeView,
  type RawObject,
} from '../views';

const keyOf = ({ metadata }: RawObject) =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

/** The objects of a cluster by name, and what belongs together. */
export class World {
  readonly #dataVolumes = new Map<string, DataVolumeView>();
  readonly #claims = new Map<string, ClaimView>();
  readonly #persistentVolumes = new Map<string, PersistentVolumeView>();
  readonly #longhornVolumes = new Map<string, LonghornVolumeView>();
  readonly #events = new Map<string, EventView>();
  /** Longhorn volumes that were there once: one that never was may be outside of the recording. */
  readonly #seenVolumes = new Set<string>();

  /** Takes in one change; kinds that say nothing about a state are passed over. */
  apply(kind: string, object: RawObject, deleted: boolean) {
    const { name } = object.metadata;
    switch (kind) {
      case 'DataVolume':
        put(this.#dataVolumes, keyOf(object), dataVolumeView(object), deleted);
        break;
      case 'PersistentVolumeClaim':
        put(this.#claims, keyOf(object), claimView(object), deleted);
        break;
      case 'PersistentVolume':
        put(
          this.#persistentVolumes,
          name,
          persistentVolumeView(object),
          deleted,
        );
        break;
      case 'Volume':
        this.#seenVolumes.add(name);
        put(this.#longhornVolumes, name, longhornVolumeView(object), deleted);
        break;
      case 'Event':
        // An Event is forgotten after an hour, but what it said was so.
        if (!deleted) this.#events.set(keyOf(object), eventView(object));
        break;
      default:
        break;
    }
  }

  /** Names under which there is a DataVolume or a claim that is not CDI's own helper. */
  keys(): string[] {
    const claims = [...this.#claims]
      .filter(([, claim]) => !isHelper(claim))
      .map(([key]) => key);
    return [...new Set([...this.#dataVolumes.keys(), ...claims])];
  }

  /** What belongs to a name; nothing where there is neither a DataVolume nor a claim. */
  join(
    key: string,
  ):
    | Omit<DeriveInput, 'kind' | 'nowMs' | 'memory' | 'longhornReadable'>
    | undefined {
    const dataVolume = this.#dataVolumes.get(key);
    const claim = this.#claims.get(key);
    if (!dataVolume && !claim) return undefined;
    const persistentVolume = this.#persistentVolumes.get(
      claim?.volumeName ?? '',
    );
    const longhornVolume = this.#longhornVolumes.get(
      persistentVolume?.volumeHandle ?? '',
    );
    const source =
      longhornVolume?.clone.sourceVolume ??
      /^(?:vol|snap):\/\/([^/]+)/.exec(longhornVolume?.dataSource ?? '')?.[1];
    const uids = new Set([dataVolume?.metadata.uid, claim?.metadata.uid]);
    return {
      dataVolume,
      claim,
      persistentVolume,
      longhornVolume,
      sourceLonghornVolume: this.#sourceVolume(source),
      events: [...this.#events.values()].filter(({ involvedUid }) =>
        uids.has(involvedUid),
      ),
    };
  }

  #sourceVolume(
    name: string | undefined,
  ): LonghornVolumeView | 'missing' | undefined {
    if (name === undefined) return undefined;
    return (
      this.#longhornVolumes.get(name) ??
      (this.#seenVolumes.has(name) ? 'missing' : undefined)
    );
  }
}

function put<T>(map: Map<string, T>, key: string, view: T, deleted: boolean) {
  if (deleted) map.delete(key);
  else map.set(key, view);
}
