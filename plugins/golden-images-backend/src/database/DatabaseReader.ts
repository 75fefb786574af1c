import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type {
  GoldenImagesReader,
  NamespaceRow,
  Tracked,
} from './GoldenImagesStore';
import {
  joinLabel,
  mostSelective,
  whereLabels,
  type LabelRequirement,
} from './labels';
import { QueuedVolumes } from './QueuedVolumes';
import { conditionsOn, selectRows } from './selectRows';
import type { StatusStore } from './StatusStore';
import type { TrackedTableRow } from './TrackedStore';
import { TRACKED_TABLE } from './tables';
import type { ViewStore } from './ViewStore';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

/** What an answer is made of. */
const COLUMNS = [
  'cluster',
  'namespace',
  'name',
  'kind',
  'seen_at_ms',
  'document',
] as const;

type RowToRead = Pick<TrackedTableRow, (typeof COLUMNS)[number]>;

/** Reads of pages and waits; they ask the database alone. */
export class DatabaseReader implements GoldenImagesReader {
  readonly #knex: Knex;
  readonly #statuses: StatusStore;
  readonly #views: ViewStore;
  readonly #queued: QueuedVolumes;
  readonly #clusters?: Set<string>;

  /** @param clusters - those that are shown; all where absent */
  constructor(
    knex: Knex,
    stores: { statuses: StatusStore; views: ViewStore },
    clusters?: string[],
  ) {
    this.#knex = knex;
    this.#clusters = clusters && new Set(clusters);
    this.#statuses = stores.statuses;
    this.#views = stores.views;
    this.#queued = new QueuedVolumes(knex);
  }

  async listImages(filter: { cluster?: string; namespace?: string }) {
    return this.#read<Image>(await this.#select('image', filter));
  }

  async listVolumes(filter: {
    cluster?: string;
    namespace?: string;
    entityRef?: string;
    kubernetesId?: string;
  }) {
    const { entityRef, kubernetesId, ...place } = filter;
    if (entityRef === undefined && kubernetesId === undefined) {
      return this.#withQueued(
        await this.#read<Volume>(await this.#select('volume', place)),
        place,
      );
    }
    const rows = await this.#attached(entityRef?.toLowerCase(), kubernetesId);
    const here = rows.filter(
      row =>
        row.kind === 'volume' &&
        (place.cluster ?? row.cluster) === row.cluster &&
        (place.namespace ?? row.namespace) === row.namespace,
    );
    const found = await this.#read<Volume>(inOrder(here));
    return entityRef === undefined
      ? found
      : this.#withQueued(found, { ...place, entityRef });
  }

  /** A request is shown as long as there is no object of its name. */
  async #withQueued(
    found: Tracked<Volume>[],
    filter: Parameters<QueuedVolumes['list']>[0],
  ): Promise<Tracked<Volume>[]> {
    const queued = (await this.#queued.list(filter)).filter(({ object }) =>
      this.#isShown(object),
    );
    if (queued.length === 0) return found;
    const idOf = ({ object }: Tracked<Volume>) =>
      `${object.cluster}/${object.namespace}/${object.name}`;
    const there = new Set(found.map(idOf));
    return [...found, ...queued.filter(row => !there.has(idOf(row)))];
  }

  /**
   * By the indexes of these two columns: with the kind or an order beside them
   * SQLite reads all volumes instead.
   */
  async #attached(
    entityRef?: string,
    kubernetesId?: string,
  ): Promise<RowToRead[]> {
    const { sql, values } = conditionsOn(
      { entity_ref: entityRef, kubernetes_id: kubernetesId },
      'or',
    );
    return selectRows<RowToRead>(
      this.#knex,
      `select ${COLUMNS} from ${TRACKED_TABLE} where ${sql}`,
      values,
    );
  }

  async selectVolumes(selector: {
    requirements: LabelRequirement[];
    clusters: string[];
    namespace?: string;
  }) {
    const { requirements, clusters, namespace } = selector;
    const first = mostSelective(requirements);
    const query = this.#knex<TrackedTableRow>(TRACKED_TABLE);
    if (first) joinLabel(query, TRACKED_TABLE, first);
    else {
      query.where({ kind: 'volume' }).whereIn('cluster', clusters);
      if (namespace !== undefined) query.andWhere({ namespace });
    }
    const others = requirements.filter(each => each !== first);
    whereLabels(this.#knex, query, TRACKED_TABLE, others);
    const rows: TrackedTableRow[] = await query.select(`${TRACKED_TABLE}.*`);
    // Said in SQL, SQLite would go by that instead of by the label.
    const inPlace = rows.filter(
      row =>
        clusters.includes(row.cluster) &&
        (namespace ?? row.namespace) === row.namespace,
    );
    return this.#read<Volume>(inOrder(inPlace));
  }

  async getImage(key: Key) {
    const query = this.#select('image', key).andWhere('name', key.name);
    return (await this.#read<Image>(await query)).at(0);
  }

  async getVolume(key: Key) {
    const query = this.#select('volume', key).andWhere('name', key.name);
    const found = await this.#read<Volume>(await query);
    return found.at(0) ?? (await this.#withQueued([], key)).at(0);
  }

  async listNamespaces(filter: {
    cluster?: string;
    names?: string[];
  }): Promise<NamespaceRow[]> {
    const rows = await this.#views.listKind<Omit<NamespaceRow, 'cluster'>>(
      'Namespace',
      filter.cluster,
      filter.names,
    );
    return rows
      .filter(row => this.#isShown(row))
      .map(({ cluster, document }) => ({ ...document, cluster }));
  }

  #select(
    kind: 'image' | 'volume',
    filter: { cluster?: string; namespace?: string },
  ) {
    const query = this.#knex<TrackedTableRow>(TRACKED_TABLE)
      .where({ kind })
      .select(...COLUMNS)
      .orderBy(['cluster', 'namespace', 'name']);
    if (filter.cluster !== undefined) query.andWhere('cluster', filter.cluster);
    if (filter.namespace !== undefined) {
      query.andWhere('namespace', filter.namespace);
    }
    return query;
  }

  /** What is kept of a cluster that left the configuration is dropped in its own time. */
  #isShown({ cluster }: { cluster: string }): boolean {
    return this.#clusters?.has(cluster) ?? true;
  }

  /** While a cluster is followed, all of its rows are known to be as fresh as its watches. */
  async #read<T extends Image | Volume>(
    rows: RowToRead[],
  ): Promise<Tracked<T>[]> {
    const shown = rows.filter(row => this.#isShown(row));
    if (shown.length === 0) return [];
    const statuses = await this.#statuses.read();
    return shown.map(row => {
      const tracked = JSON.parse(row.document) as Tracked<T>;
      const seenAt = new Date(Number(row.seen_at_ms)).toISOString();
      const observedAt = statuses.get(row.cluster)?.status.observedAt;
      tracked.object.observedAt =
        observedAt && observedAt > seenAt ? observedAt : seenAt;
      return tracked;
    });
  }
}

function pathOf({ cluster, namespace, name }: Key): string {
  return `${cluster}/${namespace}/${name}`;
}

function inOrder(rows: RowToRead[]): RowToRead[] {
  return rows
    .map(row => ({ row, path: pathOf(row) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ row }) => row);
}
