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

/** What belongs to one name. */
export type Joined = Pick<
  DeriveInput,
  | 'dataVolume'
  | 'claim'
  | 'persistentVolume'
  | 'longhornVolume'
  | 'sourceLonghornVolume'
  | 'events'
>;

const LONGHORN_GROUP = 'longhorn.io';
const keyOf = ({ metadata }: RawObject) =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

/** The objects of a cluster by name, and what belongs together. */
export class World {
  readonly #dataVolumes = new Map<string, DataVolumeView>();
  readonly #claims = new Map<string, ClaimView>();
  readonly #persistentVolumes = new Map<string, PersistentVolumeView>();
  readonly #longhornVolumes = new Map<string, LonghornVolumeView>();
  /** Claims that DataSources point at. */
  readonly #aliases = new Map<string, string>();
  readonly #events = new Map<string, EventView>();
  /** Longhorn volumes that were there once: one that never was may be outside of the recording. */
  readonly #seenVolumes = new Set<string>();

  /** Takes in one change; kinds that say nothing about a state are passed over. */
  apply(kind: string, object: RawObject, deleted: boolean) {
    const key = keyOf(object);
    const { name } = object.metadata;
    switch (kind) {
      case 'DataVolume':
        put(this.#dataVolumes, key, dataVolumeView(object), deleted);
        break;
      case 'PersistentVolumeClaim':
        put(this.#claims, key, claimView(object), deleted);
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
      case 'DataSource':
        put(this.#aliases, key, aliasTarget(object), deleted);
        break;
      case 'Event':
        // An Event is forgotten after an hour, but what it said was so.
        if (!deleted) this.#events.set(key, eventView(object));
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
  join(key: string): Joined | undefined {
    const dataVolume = this.#dataVolumes.get(key);
    const claim = this.#claims.get(key);
    if (!dataVolume && !claim) return undefined;
    const persistentVolume = this.#persistentVolumes.get(
      claim?.volumeName ?? '',
    );
    const longhornVolume = this.#longhornVolumes.get(
      persistentVolume?.volumeHandle ?? '',
    );
    const uids = new Set(
      [dataVolume, claim, longhornVolume].map(view => view?.metadata.uid),
    );
    return {
      dataVolume,
      claim,
      persistentVolume,
      longhornVolume,
      sourceLonghornVolume: this.#copySource(longhornVolume),
      events: [...this.#events.values()].filter(({ involvedUid }) =>
        uids.has(involvedUid),
      ),
    };
  }

  /** Name of the claim that a DataVolume is a copy of, where it is here. */
  sourceKey(key: string): string | undefined {
    const dataVolume = this.#dataVolumes.get(key);
    const source = dataVolume?.sourceObject;
    if (!source) return undefined;
    const namespace = source.namespace ?? dataVolume.metadata.namespace;
    const named = `${namespace}/${source.name}`;
    const claimKey =
      source.kind === 'DataSource' ? this.#aliases.get(named) : named;
    const known =
      claimKey !== undefined &&
      (this.#claims.has(claimKey) || this.#dataVolumes.has(claimKey));
    return known && claimKey !== key ? claimKey : undefined;
  }

  #copySource(
    volume: LonghornVolumeView | undefined,
  ): LonghornVolumeView | 'missing' | undefined {
    const name =
      volume?.clone.sourceVolume ??
      /^(?:vol|snap):\/\/([^/]+)/.exec(volume?.dataSource ?? '')?.[1];
    if (name === undefined) return undefined;
    return (
      this.#longhornVolumes.get(name) ??
      (this.#seenVolumes.has(name) ? 'missing' : undefined)
    );
  }
}

/** A Longhorn volume is of kind `Volume`, as other things are. */
export function isLonghornVolume(kind: string, group: string): boolean {
  return kind === 'Volume' && group.startsWith(`${LONGHORN_GROUP}/`);
}

function aliasTarget(object: RawObject): string {
  const spec = object.spec as
    | { source?: { pvc?: { namespace?: string; name?: string } } }
    | undefined;
  const { namespace = object.metadata.namespace, name = '' } =
    spec?.source?.pvc ?? {};
  return `${namespace}/${name}`;
}

function put<T>(map: Map<string, T>, key: string, view: T, deleted: boolean) {
  if (deleted) map.delete(key);
  else map.set(key, view);
}
