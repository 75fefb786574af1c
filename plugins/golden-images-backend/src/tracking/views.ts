import type {
  ClaimView,
  DataVolumeView,
  EventView,
  LonghornVolumeView,
  MetadataView,
  PersistentVolumeView,
} from '../state/types';
import type { StorageClassInfo } from './Tracking';

/** Kinds of the objects that are kept, as in the column `kind`. */
export const KINDS = {
  dataVolume: 'DataVolume',
  claim: 'PersistentVolumeClaim',
  persistentVolume: 'PersistentVolume',
  longhornVolume: 'LonghornVolume',
  dataSource: 'DataSource',
  event: 'Event',
  namespace: 'Namespace',
  storageClass: 'StorageClass',
} as const;

/** CDI's DataSource: the alias of an image. */
export interface DataSourceView {
  metadata: MetadataView;
  /** The claim that it points at. */
  claim?: { namespace: string; name: string };
}

export interface NamespaceView {
  name: string;
  annotatedOwner?: string;
  terminating: boolean;
}

export type StorageClassView = StorageClassInfo;

/** Everything that is known about one name in one namespace. */
export interface Joined {
  namespace: string;
  name: string;
  dataVolume?: DataVolumeView;
  claim?: ClaimView;
  persistentVolume?: PersistentVolumeView;
  longhornVolume?: LonghornVolumeView;
  sourceLonghornVolume?: LonghornVolumeView | 'missing';
  events: EventView[];
  /** When the newest of them was last seen. */
  seenAtMs: number;
}

/** The objects' own metadata: of the DataVolume where there is one. */
export function ownerMetadata(joined: Joined): MetadataView | undefined {
  return joined.dataVolume?.metadata ?? joined.claim?.metadata;
}

/** An annotation of the DataVolume, else of the claim: CDI copies them once, at creation. */
export function annotationOf(joined: Joined, key: string): string | undefined {
  return (
    joined.dataVolume?.metadata.annotations[key] ??
    joined.claim?.metadata.annotations[key]
  );
}

/** Those of the claim, by which it is selected; of the DataVolume as long as there is none. Their order is fixed. */
export function labelsOf({ claim, dataVolume }: Joined) {
  const labels = (claim ?? dataVolume)?.metadata.labels ?? {};
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key, value]) => key.length <= 317 && value.length <= 63)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export function labelOf(joined: Joined, key: string): string | undefined {
  return (
    joined.dataVolume?.metadata.labels[key] ??
    joined.claim?.metadata.labels[key]
  );
}
