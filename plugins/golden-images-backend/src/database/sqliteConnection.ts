import type { Knex } from 'knex';

interface Statement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { changes: number };
}

/** What is used of a connection of better-sqlite3. */
interface RawConnection {
  prepare(sql: string): Statement;
  pragma(text: string, options?: { simple: true }): unknown;
}

const STATEMENTS = new WeakMap<RawConnection, Map<string, Statement>>();

/** A connection whose statements are prepared once. */
export interface SqliteConnection {
  prepared(sql: string): Statement;
}

function isSqlite(knex: Knex): boolean {
  return knex.client.config.client === 'better-sqlite3';
}

/**
 * Works on the connection itself, where the database is SQLite: within the
 * transaction where `knex` is one, and without giving way to anybody else.
 *
 * @returns `undefined` when it is another database, and nothing was done
 */
export async function onSqlite<T>(
  knex: Knex,
  work: (connection: SqliteConnection) => T,
): Promise<T | undefined> {
  if (!isSqlite(knex)) return undefined;
  const raw: RawConnection = await knex.client.acquireConnection();
  try {
    return work({ prepared: sql => preparedOn(raw, sql) });
  } finally {
    await knex.client.releaseConnection(raw);
  }
}

/** The texts are few: they name tables and columns, never values. */
function preparedOn(raw: RawConnection, sql: string): Statement {
  const known = STATEMENTS.get(raw) ?? new Map<string, Statement>();
  STATEMENTS.set(raw, known);
  const statement = known.get(sql) ?? raw.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/**
 * A transaction whose end does not wait for the disk, where SQLite keeps a
 * write-ahead log: after a loss of power the last of them may be missing, in
 * their order, and the next transaction that does wait takes them to the disk
 * with it. For what a new list brings back.
 */
export async function rebuildableTransaction<T>(
  knex: Knex,
  write: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  if (!isSqlite(knex)) return knex.transaction(write);
  const connection: RawConnection = await knex.client.acquireConnection();
  try {
    if (connection.pragma('journal_mode', { simple: true }) !== 'wal') {
      return await knex.transaction(write, { connection });
    }
    connection.pragma('synchronous = NORMAL');
    try {
      return await knex.transaction(write, { connection });
    } finally {
      connection.pragma('synchronous = FULL');
    }
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
