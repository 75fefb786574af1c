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
  longhornVolumeView,
  persistentVolumeView,
  type RawObject,
} from '../views';
import { Links } from './Links';

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

type Metadata = RawObject['metadata'];

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
  /** By name, under the uid of what they are about. */
  readonly #events = new Map<string, Map<string, EventView>>();
  /** Longhorn volumes that were there once: one that never was may be outside of the recording. */
  readonly #seenVolumes = new Set<string>();

  /** uids of DataVolumes that are or were there. */
  readonly #seenDataVolumes = new Set<string>();

  readonly #keysByUid = new Links();
  readonly #keysByVolume = new Links();
  readonly #keysBySource = new Links();
  readonly #aliasesByClaim = new Links();
  readonly #volumesByHandle = new Links();
  readonly #copiesBySource = new Links();

  /**
   * Takes in one change; kinds that say nothing about a state are passed over.
   *
   * @returns the names, `namespace/name`, of which something may be different now
   */
  apply(kind: string, object: RawObject, deleted: boolean): string[] {
    const key = keyOf(object);
    if (deleted && this.#isOfAnother(kind, key, object.metadata)) return [];
    switch (kind) {
      case 'DataVolume':
        return this.#applyDataVolume(
          key,
          deleted ? undefined : dataVolumeView(object),
          object.metadata.uid ?? '',
        );
      case 'PersistentVolumeClaim':
        return this.#applyClaim(key, deleted ? undefined : claimView(object));
      case 'PersistentVolume':
        return this.#applyPersistentVolume(
          object.metadata.name,
          deleted ? undefined : persistentVolumeView(object),
        );
      case 'Volume':
        return this.#applyLonghornVolume(
          object.metadata.name,
          deleted ? undefined : longhornVolumeView(object),
        );
      case 'DataSource': {
        const target = deleted ? undefined : aliasTarget(object);
        this.#aliasesByClaim.move(key, this.#aliases.get(key), target);
        put(this.#aliases, key, target);
        return [...this.#keysBySource.of(key)];
      }
      case 'Event':
        // An Event is forgotten after an hour, but what it said was so.
        return deleted ? [] : this.#applyEvent(key, eventView(object));
      default:
        return [];
    }
  }

  /** The end of a predecessor, seen after its name has passed on. */
  #isOfAnother(kind: string, key: string, { uid, name }: Metadata): boolean {
    const known = {
      DataVolume: this.#dataVolumes.get(key),
      PersistentVolumeClaim: this.#claims.get(key),
      PersistentVolume: this.#persistentVolumes.get(name),
      Volume: this.#longhornVolumes.get(name),
    }[kind];
    return (
      known !== undefined && uid !== undefined && known.metadata.uid !== uid
    );
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
    return {
      dataVolume,
      claim,
      persistentVolume,
      longhornVolume,
      sourceLonghornVolume: this.#copySource(longhornVolume),
      events: [dataVolume, claim, longhornVolume].flatMap(view => [
        ...(this.#events.get(view?.metadata.uid ?? '')?.values() ?? []),
      ]),
    };
  }

  /** Whether a DataVolume of this uid is or was there. */
  hasSeen(uid: string): boolean {
    return this.#seenDataVolumes.has(uid);
  }

  /** Name of the claim that a DataVolume is a copy of, where it is here. */
  sourceKey(key: string): string | undefined {
    const dataVolume = this.#dataVolumes.get(key);
    const named = sourceName(dataVolume);
    const claimKey =
      dataVolume?.sourceObject?.kind === 'DataSource'
        ? this.#aliases.get(named ?? '')
        : named;
    const known =
      claimKey !== undefined &&
      (this.#claims.has(claimKey) || this.#dataVolumes.has(claimKey));
    return known && claimKey !== key ? claimKey : undefined;
  }

  /** Names of the DataVolumes that are copies of this one, directly or by an alias. */
  copiesOf(key: string): string[] {
    return [key, ...this.#aliasesByClaim.of(key)].flatMap(source => [
      ...this.#keysBySource.of(source),
    ]);
  }

  #applyDataVolume(
    key: string,
    view: DataVolumeView | undefined,
    uid: string,
  ): string[] {
    const before = this.#dataVolumes.get(key);
    this.#seenDataVolumes.add(uid);
    this.#keysByUid.move(key, before?.metadata.uid, view?.metadata.uid);
    this.#keysBySource.move(key, sourceName(before), sourceName(view));
    put(this.#dataVolumes, key, view);
    return [key];
  }

  #applyClaim(key: string, view: ClaimView | undefined): string[] {
    const before = this.#claims.get(key);
    this.#keysByUid.move(key, before?.metadata.uid, view?.metadata.uid);
    this.#keysByVolume.move(key, before?.volumeName, view?.volumeName);
    put(this.#claims, key, view);
    return [key];
  }

  #applyPersistentVolume(
    name: string,
    view: PersistentVolumeView | undefined,
  ): string[] {
    const before = this.#persistentVolumes.get(name);
    this.#volumesByHandle.move(name, before?.volumeHandle, view?.volumeHandle);
    put(this.#persistentVolumes, name, view);
    return [...this.#keysByVolume.of(name)];
  }

  #applyLonghornVolume(
    name: string,
    view: LonghornVolumeView | undefined,
  ): string[] {
    const before = this.#longhornVolumes.get(name);
    this.#seenVolumes.add(name);
    this.#copiesBySource.move(
      name,
      copySourceName(before),
      copySourceName(view),
    );
    put(this.#longhornVolumes, name, view);
    return [name, ...this.#copiesBySource.of(name)].flatMap(handle =>
      this.#keysOfHandle(handle),
    );
  }

  #applyEvent(key: string, view: EventView): string[] {
    const { involvedUid, involvedKind } = view;
    const events = this.#events.get(involvedUid) ?? new Map();
    this.#events.set(involvedUid, events.set(key, view));
    // Longhorn writes about its volumes; their name is in the recording, too.
    const ofVolume =
      involvedKind === 'Volume'
        ? [...this.#longhornVolumes.values()].find(
            volume => volume.metadata.uid === involvedUid,
          )
        : undefined;
    return ofVolume
      ? this.#keysOfHandle(ofVolume.metadata.name)
      : [...this.#keysByUid.of(involvedUid)];
  }

  #keysOfHandle(handle: string): string[] {
    return [...this.#volumesByHandle.of(handle)].flatMap(name => [
      ...this.#keysByVolume.of(name),
    ]);
  }

  #copySource(
    volume: LonghornVolumeView | undefined,
  ): LonghornVolumeView | 'missing' | undefined {
    const name = copySourceName(volume);
    if (name === undefined) return undefined;
    return (
      this.#longhornVolumes.get(name) ??
      (this.#seenVolumes.has(name) ? 'missing' : undefined)
    );
  }
}

function sourceName(view: DataVolumeView | undefined): string | undefined {
  const source = view?.sourceObject;
  // A snapshot may bear the name of a claim, and is none.
  if (!source || source.kind === 'VolumeSnapshot') return undefined;
  return `${source.namespace ?? view.metadata.namespace}/${source.name}`;
}

function copySourceName(
  volume: LonghornVolumeView | undefined,
): string | undefined {
  const asked = /^(?:vol|snap):\/\/([^/]+)/.exec(volume?.dataSource ?? '');
  return volume?.clone.sourceVolume ?? asked?.[1];
}

function aliasTarget(object: RawObject): string {
  const spec = object.spec as
    | { source?: { pvc?: { namespace?: string; name?: string } } }
    | undefined;
  const { namespace = object.metadata.namespace, name = '' } =
    spec?.source?.pvc ?? {};
  return `${namespace}/${name}`;
}

function put<T>(map: Map<string, T>, key: string, view: T | undefined) {
  if (view === undefined) map.delete(key);
  else map.set(key, view);
}
