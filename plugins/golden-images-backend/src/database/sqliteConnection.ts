import type { Knex } from 'knex';
import type { RowStatement } from './rowStatements';

interface Statement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { changes: number };
}

/** What is used of a connection of better-sqlite3. */
interface RawConnection {
  /** Path of its file. */
  readonly name: string;
  readonly memory: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  pragma(text: string, options?: { simple: true }): unknown;
}

const STATEMENTS = new WeakMap<RawConnection, Map<string, Statement>>();

/** A connection to SQLite whose statements are prepared once. */
export class SqliteConnection {
  readonly #raw: RawConnection;
  readonly #statements: Map<string, Statement>;

  constructor(raw: RawConnection) {
    this.#raw = raw;
    this.#statements = STATEMENTS.get(raw) ?? new Map();
    STATEMENTS.set(raw, this.#statements);
  }

  /** The texts are few: they name tables and columns, never values. */
  prepared(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#raw.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** @returns how many rows each run changed */
  runEach({ sql, rows }: RowStatement): number[] {
    const statement = this.prepared(sql);
    return rows.map(row => statement.run(row).changes);
  }

  /** Path of the file, where changes go to a write-ahead log and other connections may read meanwhile. */
  logged(): string | undefined {
    const { name, memory } = this.#raw;
    return !memory && name !== '' && this.#isLogged() ? name : undefined;
  }

  #isLogged(): boolean {
    return this.#raw.pragma('journal_mode', { simple: true }) === 'wal';
  }

  /**
   * A transaction whose end does not wait for the disk, where there is a
   * write-ahead log: after a loss of power the last of them may be missing, in
   * their order, and the next transaction that does wait takes them to the disk
   * with it.
   */
  async transaction<T>(write: () => Promise<T>): Promise<T> {
    const raw = this.#raw;
    const isLogged = this.#isLogged();
    if (isLogged) raw.pragma('synchronous = NORMAL');
    try {
      this.prepared('BEGIN IMMEDIATE').run();
      const result = await write();
      this.prepared('COMMIT').run();
      return result;
    } finally {
      if (raw.inTransaction) this.prepared('ROLLBACK').run();
      if (isLogged) raw.pragma('synchronous = FULL');
    }
  }
}

/** What rows are read from and written to: a database, a transaction, or a connection to SQLite that is held. */
export type Rows = Knex | SqliteConnection;

/**
 * Works on a connection to SQLite, where the database is that: within the
 * transaction where there is one.
 *
 * @returns `undefined` when it is another database, and nothing was done
 */
export async function onSqlite<T>(
  rows: Rows,
  work: (connection: SqliteConnection) => T | Promise<T>,
): Promise<T | undefined> {
  if (rows instanceof SqliteConnection) return work(rows);
  const { client } = rows;
  if (client.config.client !== 'better-sqlite3') return undefined;
  const raw: RawConnection = await client.acquireConnection();
  try {
    return await work(new SqliteConnection(raw));
  } finally {
    await client.releaseConnection(raw);
  }
}
