import type { Knex } from 'knex';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inBatches } from './batches';
import {
  findClaimChains,
  type ChainKinds,
  type ClaimChain,
} from './claimChains';
import { insertMissing, selectEach, writeEach } from './eachRow';
import type { Fence } from './LeaseStore';
import { selectInParts } from './selectInParts';
import type { Rows } from './sqliteConnection';
import { SqliteThread } from './SqliteThread';
import { projectUnderFence, writeInThread } from './underFence';
import {
  META_COLUMNS,
  metaOf,
  recordOf,
  tableRowOf,
  type FeedKey,
  type KeptView,
  type ViewChange,
  type ViewDeletion,
  type ViewRecord,
  type ViewTableRow,
} from './viewRows';
import { whereWithin } from './whereWithin';

type LinkColumn =
  | 'object_key'
  | 'volume_name'
  | 'claim_key'
  | 'volume_handle'
  | 'copy_source'
  | 'involved_uid';

/** Rows of one transaction of a thread: this process may have to wait for its end. */
const IN_THREAD = 1_000;

const TABLE = 'object_views';
const KEY = ['cluster', 'kind', 'object_key'] as const;
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
    const added = await this.#addMany(fence, upserts);
    changes.push(...added);
    const isAdded = new Set(added.map(change => change.after));
    const others = upserts.filter(record => !isAdded.has(record));
    for (const batch of inBatches([...others, ...deletions])) {
      changes.push(
        ...(await projectUnderFence(this.#knex, fence, to =>
          this.#applyBatch(to, cluster, batch),
        )),
      );
      // SQLite keeps this process from everything else meanwhile.
      await nextTurn();
    }
    return changes;
  }

  /** What of a first list a thread has added, where there is one. */
  async #addMany(fence: Fence, records: ViewRecord[]): Promise<ViewChange[]> {
    const thread = await SqliteThread.forRows(this.#knex, records.length);
    if (!thread) return [];
    const changes: ViewChange[] = [];
    for (const batch of inBatches(records, IN_THREAD)) {
      const rows = batch.map(item => tableRowOf(fence.cluster, item));
      const [added] = await writeInThread(thread, fence, [
        { op: 'insertMissing', table: TABLE, key: KEY, rows },
      ]);
      for (const after of batch.filter((_, i) => added[i] > 0)) {
        changes.push({ kind: after.kind, objectKey: after.objectKey, after });
      }
    }
    return changes;
  }

  /** Ids of all objects of a list, for the difference to a new one of it. */
  async keysOfFeed(cluster: string, feed: FeedKey): Promise<KeptView[]> {
    const { id, kind, namespace } = feed;
    const rows = await selectInParts<ViewTableRow>(this.#knex, {
      table: TABLE,
      where: { cluster, kind },
      key: ['object_key'],
      columns: ['object_key', 'uid', 'resource_version'],
      within: query => {
        if (namespace !== undefined) {
          whereWithin(query, 'object_key', namespace);
        }
      },
      filter: query => query.where({ feed: id }),
    });
    return rows.map(row => ({
      kind,
      objectKey: row.object_key,
      uid: row.uid,
      resourceVersion: row.resource_version,
    }));
  }

  /** Objects of lists that are not asked for any more, for example of a namespace that left the scope. */
  async keysOutsideFeeds(
    cluster: string,
    feeds: string[],
  ): Promise<ViewDeletion[]> {
    const rows = await selectInParts<ViewTableRow>(this.#knex, {
      table: TABLE,
      where: { cluster },
      key: ['kind', 'object_key'],
      columns: ['kind', 'object_key', 'uid'],
      filter: query => query.whereNotIn('feed', feeds),
    });
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
    const rows = await selectEach<ViewTableRow>(this.#knex, {
      table: TABLE,
      columns: [...META_COLUMNS, 'document'],
      where: { cluster, kind },
      by: [column],
      keys: keysOf(values),
    });
    return rows.map(row => recordOf<T>(row));
  }

  /** By `namespace/name`: what is kept of each, along the links of its claim. */
  async findChains<
    D extends object,
    C extends object,
    P extends object,
    L extends object,
  >(
    cluster: string,
    keys: string[],
    kinds: ChainKinds,
  ): Promise<Map<string, ClaimChain<D, C, P, L>>> {
    return findClaimChains(this.#knex, cluster, keys, kinds);
  }

  /** By cluster and key; of these keys alone where they are given. */
  async listKind<T extends object>(
    kind: string,
    cluster?: string,
    objectKeys?: string[],
  ): Promise<{ cluster: string; document: T }[]> {
    const where = cluster === undefined ? { kind } : { kind, cluster };
    const columns = ['cluster', 'object_key', 'document'] as const;
    const rows = objectKeys
      ? await selectEach<ViewTableRow>(this.#knex, {
          table: TABLE,
          columns,
          where,
          by: ['object_key'],
          keys: keysOf(objectKeys),
        })
      : await this.#knex<ViewTableRow>(TABLE)
          .where(where)
          .select(...columns);
    const path = (row: { cluster: string; object_key: string }) =>
      `${row.cluster} ${row.object_key}`;
    return rows
      .sort((a, b) => (path(a) < path(b) ? -1 : 1))
      .map(row => ({
        cluster: row.cluster,
        document: JSON.parse(row.document) as T,
      }));
  }

  /** `namespace/name` of all objects of some kinds. */
  async keysOfKinds(cluster: string, kinds: string[]): Promise<string[]> {
    const keys = new Set<string>();
    for (const kind of kinds) {
      const rows = await selectInParts<ViewTableRow>(this.#knex, {
        table: TABLE,
        where: { cluster, kind },
        key: ['object_key'],
        columns: ['object_key'],
      });
      rows.forEach(row => keys.add(row.object_key));
    }
    return [...keys];
  }

  async keysSeenBefore(
    cluster: string,
    kind: string,
    beforeMs: number,
  ): Promise<ViewDeletion[]> {
    const rows = await selectInParts<ViewTableRow>(this.#knex, {
      table: TABLE,
      where: { cluster, kind },
      key: ['object_key'],
      columns: ['object_key'],
      filter: query => query.where('seen_at_ms', '<', beforeMs),
    });
    return rows.map(row => ({ kind, objectKey: row.object_key }));
  }

  /** Most of a first list is new, and is told by trying to add it. */
  async #applyBatch(
    to: Rows,
    cluster: string,
    batch: (ViewRecord | ViewDeletion)[],
  ): Promise<ViewChange[]> {
    const upserts = batch.filter(item => 'document' in item);
    const added = await insertMissing(
      to,
      TABLE,
      KEY,
      upserts.map(item => tableRowOf(cluster, item)),
    );
    const isNew = new Set<ViewDeletion>(upserts.filter((_, i) => added[i]));
    const kept = await this.#keptOf(
      to,
      cluster,
      batch.filter(item => !isNew.has(item)),
    );
    const changes = batch
      .map(item =>
        isNew.has(item)
          ? changeOf(item, undefined)
          : changeOf(item, kept.get(idOf(item))),
      )
      .filter(change => change !== undefined);
    await writeEach(to, [
      {
        op: 'upsert',
        table: TABLE,
        key: KEY,
        rows: changes.flatMap(({ before, after }) =>
          before && after ? [tableRowOf(cluster, after)] : [],
        ),
      },
      {
        op: 'delete',
        table: TABLE,
        where: { cluster },
        by: ['kind', 'object_key'],
        keys: changes
          .filter(change => !change.after)
          .map(change => [change.kind, change.objectKey]),
      },
    ]);
    return changes;
  }

  async #keptOf(
    to: Rows,
    cluster: string,
    items: ViewDeletion[],
  ): Promise<Map<string, Omit<ViewRecord, 'document'>>> {
    const rows = await selectEach<ViewTableRow>(to, {
      table: TABLE,
      columns: META_COLUMNS,
      where: { cluster },
      by: ['kind', 'object_key'],
      keys: items.map(item => [item.kind, item.objectKey]),
    });
    return new Map(
      rows.map(row => [`${row.kind} ${row.object_key}`, metaOf(row)]),
    );
  }
}

/** Each once. */
function keysOf(values: Iterable<string>): [string][] {
  return [...new Set(values)].map(value => [value]);
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
