/** A cluster object as it is kept, with what it is joined by. */
export interface ViewRecord {
  kind: string;
  /** `namespace/name`, or the name alone. */
  objectKey: string;
  /** The list that it is part of: what a newer list no longer has is gone. */
  feed: string;
  name: string;
  uid: string;
  resourceVersion: string;
  links: ViewLinks;
  /** When it was last seen; of an Event: when it happened last. */
  seenAtMs: number;
  document: object;
}

export interface ViewLinks {
  /** Of a claim: the name of its PersistentVolume. */
  volumeName?: string;
  /** Of a PersistentVolume: `namespace/name` of its claim. */
  claimKey?: string;
  /** Of a PersistentVolume. */
  volumeHandle?: string;
  /** Of a Longhorn volume: the one that it copies from. */
  copySource?: string;
  /** Of an Event. */
  involvedUid?: string;
  /** Of an Event: `namespace/name`. */
  involvedKey?: string;
}

/** Without an uid whatever bears the name is deleted. */
export interface ViewDeletion {
  kind: string;
  objectKey: string;
  uid?: string;
}

/** A list, and where its objects are found. */
export interface FeedKey {
  id: string;
  kind: string;
  /** Where it is of one namespace, and the keys of its objects begin with it. */
  namespace?: string;
}

/** Which version of an object is kept. */
export interface KeptView {
  kind: string;
  objectKey: string;
  uid: string;
  resourceVersion: string;
}

export interface ViewChange {
  kind: string;
  objectKey: string;
  before?: Omit<ViewRecord, 'document'>;
  after?: ViewRecord;
}

export interface ViewTableRow {
  cluster: string;
  kind: string;
  object_key: string;
  feed: string;
  name: string;
  uid: string;
  resource_version: string;
  volume_name: string | null;
  claim_key: string | null;
  volume_handle: string | null;
  copy_source: string | null;
  involved_uid: string | null;
  involved_key: string | null;
  seen_at_ms: number | string;
  document: string;
}

export const META_COLUMNS = [
  'kind',
  'object_key',
  'feed',
  'name',
  'uid',
  'resource_version',
  'volume_name',
  'claim_key',
  'volume_handle',
  'copy_source',
  'involved_uid',
  'involved_key',
  'seen_at_ms',
] as const;

export function tableRowOf(cluster: string, record: ViewRecord): ViewTableRow {
  const { links } = record;
  return {
    cluster,
    kind: record.kind,
    object_key: record.objectKey,
    feed: record.feed,
    name: record.name,
    uid: record.uid,
    resource_version: record.resourceVersion,
    volume_name: links.volumeName ?? null,
    claim_key: links.claimKey ?? null,
    volume_handle: links.volumeHandle ?? null,
    copy_source: links.copySource ?? null,
    involved_uid: links.involvedUid ?? null,
    involved_key: links.involvedKey ?? null,
    seen_at_ms: record.seenAtMs,
    document: JSON.stringify(record.document),
  };
}

export function metaOf(row: Omit<ViewTableRow, 'cluster' | 'document'>) {
  return {
    kind: row.kind,
    objectKey: row.object_key,
    feed: row.feed,
    name: row.name,
    uid: row.uid,
    resourceVersion: row.resource_version,
    links: {
      volumeName: row.volume_name ?? undefined,
      claimKey: row.claim_key ?? undefined,
      volumeHandle: row.volume_handle ?? undefined,
      copySource: row.copy_source ?? undefined,
      involvedUid: row.involved_uid ?? undefined,
      involvedKey: row.involved_key ?? undefined,
    },
    seenAtMs: Number(row.seen_at_ms),
  };
}

export function recordOf<T>(row: Omit<ViewTableRow, 'cluster'>) {
  return { ...metaOf(row), document: JSON.parse(row.document) as T };
}
