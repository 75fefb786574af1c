import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type {
  GoldenImagesReader,
  NamespaceRow,
  Tracked,
} from './GoldenImagesStore';
import type { StatusStore } from './StatusStore';
import { TRACKED_TABLE, type TrackedTableRow } from './TrackedStore';
import type { ViewStore } from './ViewStore';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

/** Reads of pages and waits; they ask the database alone. */
export class DatabaseReader implements GoldenImagesReader {
  readonly #knex: Knex;
  readonly #statuses: StatusStore;
  readonly #views: ViewStore;

  constructor(knex: Knex, stores: { statuses: StatusStore; views: ViewStore }) {
    this.#knex = knex;
    this.#statuses = stores.statuses;
    this.#views = stores.views;
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
      return this.#read<Volume>(await this.#select('volume', place));
    }
    const columns = {
      entity_ref: entityRef?.toLowerCase(),
      kubernetes_id: kubernetesId,
    };
    return this.#read<Volume>(await this.#attached(columns, place));
  }

  /**
   * By one index after the other: with both at once, or with an order, SQLite
   * reads all volumes instead.
   */
  async #attached(
    columns: { entity_ref?: string; kubernetes_id?: string },
    place: { cluster?: string; namespace?: string },
  ): Promise<TrackedTableRow[]> {
    const found = new Map<string, TrackedTableRow>();
    for (const [column, value] of Object.entries(columns)) {
      if (value === undefined) continue;
      const rows = await this.#knex<TrackedTableRow>(TRACKED_TABLE).where(
        column,
        value,
      );
      for (const row of rows) {
        const elsewhere =
          row.kind !== 'volume' ||
          (place.cluster ?? row.cluster) !== row.cluster ||
          (place.namespace ?? row.namespace) !== row.namespace;
        if (!elsewhere) {
          found.set(`${row.cluster}/${row.namespace}/${row.name}`, row);
        }
      }
    }
    const inOrder = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    return inOrder.map(([, row]) => row);
  }

  async getImage(key: Key) {
    const query = this.#select('image', key).andWhere('name', key.name);
    return (await this.#read<Image>(await query)).at(0);
  }

  async getVolume(key: Key) {
    const query = this.#select('volume', key).andWhere('name', key.name);
    return (await this.#read<Volume>(await query)).at(0);
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
    return rows.map(({ cluster, document }) => ({ ...document, cluster }));
  }

  #select(
    kind: 'image' | 'volume',
    filter: { cluster?: string; namespace?: string },
  ) {
    const query = this.#knex<TrackedTableRow>(TRACKED_TABLE)
      .where({ kind })
      .orderBy(['cluster', 'namespace', 'name']);
    if (filter.cluster !== undefined) query.andWhere('cluster', filter.cluster);
    if (filter.namespace !== undefined) {
      query.andWhere('namespace', filter.namespace);
    }
    return query;
  }

  /** While a cluster is followed, all of its rows are known to be as fresh as its watches. */
  async #read<T extends Image | Volume>(
    rows: TrackedTableRow[],
  ): Promise<Tracked<T>[]> {
    if (rows.length === 0) return [];
    const statuses = await this.#statuses.read();
    return rows.map(row => {
      const tracked = JSON.parse(row.document) as Tracked<T>;
      const seenAt = new Date(Number(row.seen_at_ms)).toISOString();
      const observedAt = statuses.get(row.cluster)?.status.observedAt;
      tracked.object.observedAt =
        observedAt && observedAt > seenAt ? observedAt : seenAt;
      return tracked;
    });
  }
}
