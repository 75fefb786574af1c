import type { Knex } from 'knex';
import { onSqlite } from './sqliteConnection';

/**
 * Rows of a statement that every view of a page runs: SQLite prepares it once,
 * where building and preparing a query anew costs more than its answer.
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

/** Conditions on those columns for which there is a value. */
export function conditionsOn(
  columns: Record<string, string | undefined>,
  between: 'and' | 'or',
): { sql: string; values: string[] } {
  const given = Object.entries(columns).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    sql: given.map(([column]) => `${column} = ?`).join(` ${between} `),
    values: given.map(([, value]) => value),
  };
}
