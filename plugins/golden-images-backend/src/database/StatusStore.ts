import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type { Fence } from './LeaseStore';
import { selectRows } from './selectRows';
import { underFence } from './underFence';

/** What the tracker of a cluster says of it. */
export type TrackerStatus = Pick<
  ClusterStatus,
  'connection' | 'since' | 'observedAt' | 'message' | 'missing' | 'protection'
>;

interface StatusTableRow {
  cluster: string;
  connection: TrackerStatus['connection'];
  since: string | null;
  observed_at: string | null;
  message: string | null;
  missing: string;
  protection: string | null;
  written_at_ms: number | string;
}

const TABLE = 'cluster_statuses';

/** How fresh the rows of each cluster are, so that every instance can say it. */
export class StatusStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** @throws LeaseLostError */
  async write(fence: Fence, status: TrackerStatus, nowMs: number) {
    const row: StatusTableRow = {
      cluster: fence.cluster,
      connection: status.connection,
      since: status.since ?? null,
      observed_at: status.observedAt ?? null,
      message: status.message ?? null,
      missing: JSON.stringify(status.missing),
      protection: status.protection ? JSON.stringify(status.protection) : null,
      written_at_ms: nowMs,
    };
    await underFence(this.#knex, fence, trx =>
      trx<StatusTableRow>(TABLE).insert(row).onConflict('cluster').merge(),
    );
  }

  /** @throws LeaseLostError */
  async forget(fence: Fence) {
    const { cluster } = fence;
    await underFence(this.#knex, fence, trx =>
      trx<StatusTableRow>(TABLE).where({ cluster }).delete(),
    );
  }

  async read(): Promise<
    Map<string, { status: TrackerStatus; writtenAtMs: number }>
  > {
    const rows = await selectRows<StatusTableRow>(
      this.#knex,
      `select * from ${TABLE}`,
    );
    return new Map(
      rows.map(row => [
        row.cluster,
        {
          status: {
            connection: row.connection,
            since: row.since ?? undefined,
            observedAt: row.observed_at ?? undefined,
            message: row.message ?? undefined,
            missing: JSON.parse(row.missing),
            protection: row.protection ? JSON.parse(row.protection) : undefined,
          },
          writtenAtMs: Number(row.written_at_ms),
        },
      ]),
    );
  }
}
