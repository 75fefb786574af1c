import type {
  Activity,
  Image,
  Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type { Memory } from '../state/types';
import { addActivity } from './ActivityStore';
import { inBatches } from './batches';
import type { Tracked } from './GoldenImagesStore';
import { selectEach, writeEach } from './eachRow';
import { deletionOfLabels, insertionOfLabels } from './labels';
import type { Fence } from './LeaseStore';
import type { RowWrite } from './rowStatements';
import { selectInParts } from './selectInParts';
import { TRACKED_TABLE } from './tables';
import { underFence, writeUnderFence } from './underFence';

/** One derived image or volume, and what the next derivation needs to remember. */
export interface TrackedRecord {
  tracked: Tracked<Image> | Tracked<Volume>;
  memory: Memory;
  /** Of the claim's or DataVolume's label `backstage.io/kubernetes-id`. */
  kubernetesId?: string;
  /** Of a volume: all labels, for the selectors of entities. */
  labels?: Record<string, string>;
  /** Of a volume: `namespace/name` of what it was copied from. */
  sourceKey?: string;
  /** Of a running copy: until when it holds one of the slots of the cluster. */
  slotUntilMs?: number;
  dueAtMs?: number;
  seenAtMs: number;
}

export interface TrackedTableRow {
  cluster: string;
  namespace: string;
  name: string;
  kind: string;
  uid: string | null;
  owner_uid: string | null;
  entity_ref: string | null;
  kubernetes_id: string | null;
  image: string | null;
  source_key: string | null;
  due_at_ms: number | string | null;
  slot_until_ms: number | string | null;
  seen_at_ms: number | string;
  document: string;
  memory: string;
  labels: string | null;
}

const KEY = ['cluster', 'namespace', 'name'] as const;
const COLUMNS = [
  'namespace',
  'name',
  'kubernetes_id',
  'source_key',
  'due_at_ms',
  'slot_until_ms',
  'seen_at_ms',
  'document',
  'memory',
  'labels',
] as const;

const keyOf = (row: { namespace: string; name: string }) =>
  `${row.namespace}/${row.name}`;

/** Derived images and volumes of all clusters, as their trackers write them. */
export class TrackedStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** By `namespace/name`. */
  async load(
    cluster: string,
    keys: Iterable<string>,
  ): Promise<Map<string, TrackedRecord>> {
    const rows = await selectEach<TrackedTableRow>(this.#knex, {
      table: TRACKED_TABLE,
      columns: COLUMNS,
      where: { cluster },
      by: ['namespace', 'name'],
      keys: [...new Set(keys)].map(splitKey),
    });
    return new Map(rows.map(row => [keyOf(row), recordOf(row)]));
  }

  /**
   * Writes all of it or nothing.
   *
   * @param history - lines about what is written, which must not get lost
   * @throws LeaseLostError
   */
  async write(
    fence: Fence,
    upserts: TrackedRecord[],
    removedKeys: string[],
    history: Activity[] = [],
  ): Promise<void> {
    if (upserts.length + removedKeys.length + history.length === 0) return;
    const writes = await this.#writesOf(fence.cluster, upserts, removedKeys);
    // Rows come back with the next list, what happened does not.
    if (history.length === 0) {
      await writeUnderFence(this.#knex, fence, writes);
      return;
    }
    await underFence(this.#knex, fence, async trx => {
      await writeEach(trx, writes);
      await addActivity(trx, history);
    });
  }

  async #writesOf(
    cluster: string,
    upserts: TrackedRecord[],
    removedKeys: string[],
  ): Promise<RowWrite[]> {
    const rows = upserts.map(tableRowOf);
    const removed = removedKeys.map(splitKey);
    return [
      ...(await this.#labelWritesOf(cluster, rows)),
      { op: 'upsert', table: TRACKED_TABLE, key: KEY, rows },
      deletionOfLabels(cluster, removed),
      {
        op: 'delete',
        table: TRACKED_TABLE,
        where: { cluster },
        by: ['namespace', 'name'],
        keys: removed,
      },
    ];
  }

  /** Most rows change without their labels. Whoever holds the lease writes them alone. */
  async #labelWritesOf(
    cluster: string,
    rows: TrackedTableRow[],
  ): Promise<RowWrite[]> {
    const kept = await selectEach<TrackedTableRow>(this.#knex, {
      table: TRACKED_TABLE,
      columns: ['namespace', 'name', 'labels'],
      where: { cluster },
      by: ['namespace', 'name'],
      keys: rows.map(({ namespace, name }) => [namespace, name]),
    });
    const before = new Map(kept.map(row => [keyOf(row), row.labels]));
    const changed = rows.filter(
      row => (before.get(keyOf(row)) ?? null) !== row.labels,
    );
    return [
      deletionOfLabels(
        cluster,
        changed
          .filter(row => before.has(keyOf(row)))
          .map(({ namespace, name }) => [namespace, name]),
      ),
      insertionOfLabels(
        cluster,
        changed.map(({ namespace, name, labels }) => ({
          namespace,
          name,
          labels: JSON.parse(labels ?? '{}'),
        })),
      ),
    ];
  }

  async dueKeys(cluster: string, nowMs: number, limit: number) {
    const rows = await this.#knex<TrackedTableRow>(TRACKED_TABLE)
      .where({ cluster })
      .andWhere('due_at_ms', '<=', nowMs)
      .orderBy('due_at_ms')
      .limit(limit)
      .select('namespace', 'name');
    return rows.map(keyOf);
  }

  async allKeys(cluster: string): Promise<string[]> {
    const rows = await selectInParts<TrackedTableRow>(this.#knex, {
      table: TRACKED_TABLE,
      where: { cluster },
      key: ['namespace', 'name'],
      columns: ['namespace', 'name'],
    });
    return rows.map(keyOf);
  }

  /** Volumes that were copied from these objects. */
  async keysBySource(cluster: string, sources: Iterable<string>) {
    const rows = await selectEach<TrackedTableRow>(this.#knex, {
      table: TRACKED_TABLE,
      columns: ['namespace', 'name'],
      where: { cluster },
      by: ['source_key'],
      keys: [...new Set(sources)].map(source => [source]),
    });
    return rows.map(keyOf);
  }

  /** All versions of these images, each given as `namespace/image`. */
  async versionsOf(cluster: string, images: Iterable<string>) {
    const records: TrackedRecord[] = [];
    for (const batch of inBatches(new Set(images))) {
      const rows = await this.#knex<TrackedTableRow>(TRACKED_TABLE)
        .where({ cluster, kind: 'image' })
        .whereIn(['namespace', 'image'], batch.map(splitKey))
        .orderBy(['namespace', 'name']);
      records.push(...rows.map(recordOf));
    }
    return records;
  }
}

function splitKey(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

function tableRowOf(record: TrackedRecord): TrackedTableRow {
  const { tracked } = record;
  const { object } = tracked;
  return {
    cluster: object.cluster,
    namespace: object.namespace,
    name: object.name,
    kind: object.kind,
    uid: object.uid ?? null,
    owner_uid: tracked.ownerUid ?? null,
    entity_ref:
      object.kind === 'volume' ? object.entityRef?.toLowerCase() ?? null : null,
    kubernetes_id: record.kubernetesId ?? null,
    image: object.kind === 'image' ? object.image : null,
    source_key: record.sourceKey ?? null,
    due_at_ms: record.dueAtMs ?? null,
    slot_until_ms: record.slotUntilMs ?? null,
    seen_at_ms: record.seenAtMs,
    document: JSON.stringify(tracked),
    memory: JSON.stringify(record.memory),
    labels: record.labels ? JSON.stringify(record.labels) : null,
  };
}

function recordOf(
  row: Pick<TrackedTableRow, (typeof COLUMNS)[number]>,
): TrackedRecord {
  return {
    tracked: JSON.parse(row.document),
    memory: JSON.parse(row.memory),
    kubernetesId: row.kubernetes_id ?? undefined,
    sourceKey: row.source_key ?? undefined,
    labels: row.labels === null ? undefined : JSON.parse(row.labels),
    dueAtMs: row.due_at_ms === null ? undefined : Number(row.due_at_ms),
    slotUntilMs:
      row.slot_until_ms === null ? undefined : Number(row.slot_until_ms),
    seenAtMs: Number(row.seen_at_ms),
  };
}
