import type { Knex } from 'knex';
import { inBatches } from './batches';
import { underFence, type Fence } from './LeaseStore';

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

export interface ViewChange {
  kind: string;
  objectKey: string;
  before?: Omit<ViewRecord, 'document'>;
  after?: ViewRecord;
}

interface ViewTableRow {
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

type LinkColumn =
  | 'object_key'
  | 'volume_name'
  | 'claim_key'
  | 'volume_handle'
  | 'copy_source'
  | 'involved_uid';

const TABLE = 'object_views';
const META_COLUMNS = [
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

const idOf = (item: { kind: string; objectKey: string }) =>
  `${item.kind} ${item.objectKey}`;

/** What was last seen of the objects of all clusters. */
export class ViewStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * Writes what differs from what is kept, and returns that. An object counts
   * as the same when uid and resourceVersion are.
   *
   * @throws LeaseLostError
   */
  async apply(
    fence: Fence,
    upserts: ViewRecord[],
    deletions: ViewDeletion[],
  ): Promise<ViewChange[]> {
    const { cluster } = fence;
    const changes: ViewChange[] = [];
    for (const batch of inBatches([...upserts, ...deletions])) {
      changes.push(
        ...(await underFence(this.#knex, fence, async trx => {
          const kept = await this.#keptOf(trx, cluster, batch);
          const batchChanges = batch
            .map(item => changeOf(item, kept.get(idOf(item))))
            .filter(change => change !== undefined);
          await this.#write(trx, cluster, batchChanges);
          return batchChanges;
        })),
      );
    }
    return changes;
  }

  /** Ids of all objects of a feed, for the difference to a new list of it. */
  async keysOfFeed(cluster: string, feed: string): Promise<ViewDeletion[]> {
    const rows = await this.#knex<ViewTableRow>(TABLE)
      .where({ cluster, feed })
      .select('kind', 'object_key', 'uid');
    return rows.map(row => ({
      kind: row.kind,
      objectKey: row.object_key,
      uid: row.uid,
    }));
  }

  /** Objects of lists that are not asked for any more, for example of a namespace that left the scope. */
  async keysOutsideFeeds(
    cluster: string,
    feeds: string[],
  ): Promise<ViewDeletion[]> {
    const rows = await this.#knex<ViewTableRow>(TABLE)
      .where({ cluster })
      .whereNotIn('feed', feeds)
      .select('kind', 'object_key', 'uid');
    return rows.map(row => ({
      kind: row.kind,
      objectKey: row.object_key,
      uid: row.uid,
    }));
  }

  async find<T extends object>(
    cluster: string,
    kind: string,
    column: LinkColumn,
    values: Iterable<string>,
  ): Promise<(Omit<ViewRecord, 'document'> & { document: T })[]> {
    const found = [];
    for (const batch of inBatches(new Set(values), 500)) {
      const rows = await this.#knex<ViewTableRow>(TABLE)
        .where({ cluster, kind })
        .whereIn(column, batch)
        .select(...META_COLUMNS, 'document');
      found.push(...rows.map(row => recordOf<T>(row)));
    }
    return found;
  }

  async listKind<T extends object>(
    kind: string,
    cluster?: string,
    objectKeys?: string[],
  ): Promise<{ cluster: string; document: T }[]> {
    const query = this.#knex<ViewTableRow>(TABLE)
      .where(cluster === undefined ? { kind } : { kind, cluster })
      .orderBy(['cluster', 'object_key'])
      .select('cluster', 'document');
    if (objectKeys) query.whereIn('object_key', objectKeys);
    const rows = await query;
    return rows.map(row => ({
      cluster: row.cluster,
      document: JSON.parse(row.document) as T,
    }));
  }

  /** `namespace/name` of all objects of some kinds. */
  async keysOfKinds(cluster: string, kinds: string[]): Promise<string[]> {
    const rows = await this.#knex<ViewTableRow>(TABLE)
      .where({ cluster })
      .whereIn('kind', kinds)
      .distinct('object_key');
    return rows.map(row => row.object_key);
  }

  async keysSeenBefore(
    cluster: string,
    kind: string,
    beforeMs: number,
  ): Promise<ViewDeletion[]> {
    const rows = await this.#knex<ViewTableRow>(TABLE)
      .where({ cluster, kind })
      .andWhere('seen_at_ms', '<', beforeMs)
      .select('object_key');
    return rows.map(row => ({ kind, objectKey: row.object_key }));
  }

  async #keptOf(
    trx: Knex.Transaction,
    cluster: string,
    batch: ViewDeletion[],
  ): Promise<Map<string, Omit<ViewRecord, 'document'>>> {
    const rows = await trx<ViewTableRow>(TABLE)
      .where({ cluster })
      .whereIn('kind', [...new Set(batch.map(item => item.kind))])
      .whereIn('object_key', [...new Set(batch.map(item => item.objectKey))])
      .select(...META_COLUMNS);
    return new Map(
      rows.map(row => [`${row.kind} ${row.object_key}`, metaOf(row)]),
    );
  }

  async #write(
    trx: Knex.Transaction,
    cluster: string,
    changes: ViewChange[],
  ): Promise<void> {
    const rows = changes.flatMap(({ after }) =>
      after ? [tableRowOf(cluster, after)] : [],
    );
    if (rows.length > 0) {
      await trx<ViewTableRow>(TABLE)
        .insert(rows)
        .onConflict(['cluster', 'kind', 'object_key'])
        .merge();
    }
    const removed = changes.filter(change => !change.after);
    for (const kind of new Set(removed.map(change => change.kind))) {
      await trx<ViewTableRow>(TABLE)
        .where({ cluster, kind })
        .whereIn(
          'object_key',
          removed
            .filter(change => change.kind === kind)
            .map(change => change.objectKey),
        )
        .delete();
    }
  }
}

function changeOf(
  item: ViewRecord | ViewDeletion,
  before: Omit<ViewRecord, 'document'> | undefined,
): ViewChange | undefined {
  const { kind, objectKey } = item;
  if ('document' in item) {
    const same =
      before?.uid === item.uid &&
      before.resourceVersion === item.resourceVersion &&
      before.feed === item.feed;
    return same ? undefined : { kind, objectKey, before, after: item };
  }
  // The object of that name may be a newer one than the one that was deleted.
  const gone = before && (item.uid === undefined || item.uid === before.uid);
  return gone ? { kind, objectKey, before } : undefined;
}

function tableRowOf(cluster: string, record: ViewRecord): ViewTableRow {
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

function metaOf(row: Omit<ViewTableRow, 'cluster' | 'document'>) {
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

function recordOf<T>(row: Omit<ViewTableRow, 'cluster'>) {
  return { ...metaOf(row), document: JSON.parse(row.document) as T };
}
