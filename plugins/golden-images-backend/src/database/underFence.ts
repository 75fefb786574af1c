import type { Knex } from 'knex';
import { selectEach, writeEach } from './eachRow';
import {
  LEASE_TABLE,
  LeaseLostError,
  type Fence,
  type LeaseTableRow,
} from './LeaseStore';
import { sizeOf, statementOf, type RowWrite } from './rowStatements';
import { onSqlite, type Rows } from './sqliteConnection';
import { SqliteThread } from './SqliteThread';

/** After so long without a word within a transaction PostgreSQL ends it. */
const STALLED_WRITE_MS = 10_000;

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
  const { client } = knex.client.config;
  return knex.transaction(async trx => {
    // SQLite lets nobody write who has read before another connection wrote.
    if (client === 'better-sqlite3') await beginAsWriter(trx);
    const query = trx<LeaseTableRow>(LEASE_TABLE)
      .where({ cluster: fence.cluster })
      .forShare();
    // Else a process that stands still here, or a machine that lost its power, keeps the row for hours.
    if (client === 'pg') {
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

/** Changes nothing, and waits for whoever writes. */
async function beginAsWriter(trx: Knex.Transaction): Promise<void> {
  await trx(LEASE_TABLE).whereRaw('1 = 0').delete();
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
        table: LEASE_TABLE,
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

/**
 * As `projectUnderFence`, by the thread.
 *
 * @returns for each write how many rows each run of its statement changed
 * @throws LeaseLostError
 */
export async function writeInThread(
  thread: SqliteThread,
  fence: Fence,
  writes: RowWrite[],
): Promise<Uint8Array[]> {
  const changes = await thread.write(fence, writes.map(statementOf));
  if (!changes) throw new LeaseLostError(fence.cluster);
  return changes;
}

/**
 * As `projectUnderFence`, for changes that are known beforehand.
 *
 * @throws LeaseLostError
 */
export async function writeUnderFence(
  knex: Knex,
  fence: Fence,
  writes: RowWrite[],
): Promise<void> {
  const rowCount = writes.reduce((sum, write) => sum + sizeOf(write), 0);
  const thread = await SqliteThread.forRows(knex, rowCount);
  if (thread) await writeInThread(thread, fence, writes);
  else await projectUnderFence(knex, fence, to => writeEach(to, writes));
}

function requireToken(
  fence: Fence,
  row: Pick<LeaseTableRow, 'token'> | undefined,
) {
  if (Number(row?.token) !== fence.token) {
    throw new LeaseLostError(fence.cluster);
  }
}
