import type { Knex } from 'knex';
import { onSqlite } from './sqliteConnection';

/**
 * Rows of a statement that every view of a page runs: SQLite prepares it once,
 * where a query that is built and prepared anew takes ten times as long as its
 * answer.
 *
 * @param sql - one of few texts, with a `?` for each value
 */
export async function selectRows<TRow extends object>(
  knex: Knex,
  sql: string,
  values: string[] = [],
): Promise<TRow[]> {
  const rows = await onSqlite(
    knex,
    connection => connection.prepared(sql).all(...values) as TRow[],
  );
  return rows ?? (await knex.raw(sql, values)).rows;
}
