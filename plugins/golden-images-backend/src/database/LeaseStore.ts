import type { Knex } from 'knex';
import { selectEach } from './eachRow';
import { onSqlite, type Rows } from './sqliteConnection';

/** Proof of a lease: writes that carry an old token are refused. */
export interface Fence {
  cluster: string;
  token: number;
}

/** Another instance has taken the cluster over: nothing was written. */
export class LeaseLostError extends Error {
  constructor(cluster: string) {
    super(`Another instance follows the cluster "${cluster}" now`);
    this.name = 'LeaseLostError';
  }
}

export interface LeaseRow {
  cluster: string;
  holder: string | null;
  token: number;
  beat: number;
  renewedAtMs: number;
}

interface LeaseTableRow {
  cluster: string;
  holder: string | null;
  token: number | string;
  beat: number | string;
  renewed_at_ms: number | string;
}

const TABLE = 'cluster_leases';
/** After so long without a word within a transaction PostgreSQL ends it. */
const STALLED_WRITE_MS = 10_000;

/** One row per cluster says which instance follows it. */
export class LeaseStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async read(cluster: string): Promise<LeaseRow | undefined> {
    const row = await this.#knex<LeaseTableRow>(TABLE)
      .where({ cluster })
      .first();
    return (
      row && {
        cluster,
        holder: row.holder,
        token: Number(row.token),
        beat: Number(row.beat),
        renewedAtMs: Number(row.renewed_at_ms),
      }
    );
  }

  /**
   * Takes the lease if it still is as it was seen (`undefined`: there was no
   * row). Of several instances that try at once, one succeeds.
   */
  async take(
    cluster: string,
    holder: string,
    seen: LeaseRow | undefined,
    nowMs: number,
  ): Promise<Fence | undefined> {
    if (!seen) {
      await this.#knex<LeaseTableRow>(TABLE)
        .insert({ cluster, holder: null, token: 0, beat: 0, renewed_at_ms: 0 })
        .onConflict('cluster')
        .ignore();
    }
    const { token, beat } = seen ?? { token: 0, beat: 0 };
    const taken = await this.#knex<LeaseTableRow>(TABLE)
      .where({ cluster, token, beat })
      .update({
        holder,
        token: token + 1,
        beat: beat + 1,
        renewed_at_ms: nowMs,
      });
    return taken === 1 ? { cluster, token: token + 1 } : undefined;
  }

  /** `false` when another instance has taken it. */
  async renew(fence: Fence, nowMs: number): Promise<boolean> {
    const renewed = await this.#knex<LeaseTableRow>(TABLE)
      .where({ ...fence })
      .update({ beat: this.#knex.raw('beat + 1'), renewed_at_ms: nowMs });
    return renewed === 1;
  }

  /** The next instance need not wait for it to run out. */
  async giveBack(fence: Fence): Promise<void> {
    await this.#knex<LeaseTableRow>(TABLE)
      .where({ ...fence })
      .update({ holder: null, beat: this.#knex.raw('beat + 1') });
  }
}

/**
 * Runs writes in a transaction that holds the lease's row, so that nobody
 * takes the cluster over in between.
 *
 * @throws LeaseLostError when somebody has done so before
 */
export async function underFence<T>(
  knex: Knex,
  fence: Fence,
  write: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return knex.transaction(async trx => {
    const query = trx<LeaseTableRow>(TABLE)
      .where({ cluster: fence.cluster })
      .forShare();
    // Else a process that stands still here, or a machine that lost its power, keeps the row for hours.
    if (knex.client.config.client === 'pg') {
      query.select(
        trx.raw(
          `set_config('idle_in_transaction_session_timeout', '${STALLED_WRITE_MS}', true)`,
        ),
      );
    }
    const row = await query.first('token');
    requireToken(fence, row);
    return write(trx);
  });
}

/**
 * As `underFence`, for what the next list brings back should it get lost with
 * the power.
 *
 * @throws LeaseLostError
 */
export async function projectUnderFence<T>(
  knex: Knex,
  fence: Fence,
  write: (rows: Rows) => Promise<T>,
): Promise<T> {
  const done = await onSqlite(knex, connection =>
    connection.transaction(async () => {
      const [row] = await selectEach<LeaseTableRow>(connection, {
        table: TABLE,
        columns: ['token'],
        where: {},
        by: ['cluster'],
        keys: [[fence.cluster]],
      });
      requireToken(fence, row);
      return { result: await write(connection) };
    }),
  );
  return done ? done.result : underFence(knex, fence, write);
}

function requireToken(
  fence: Fence,
  row: Pick<LeaseTableRow, 'token'> | undefined,
) {
  if (Number(row?.token) !== fence.token) {
    throw new LeaseLostError(fence.cluster);
  }
}
