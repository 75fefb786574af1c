import type { Knex } from 'knex';

/** Leaves the rows of which a column begins with the namespace and a slash. */
export function whereWithin(
  query: Knex.QueryBuilder,
  column: string,
  namespace: string,
): void {
  const begin = `${namespace}/`;
  if (query.client.config.client === 'better-sqlite3') {
    // By an index: there text is ordered by its bytes, and "0" follows "/".
    query.where(column, '>=', begin).where(column, '<', `${namespace}0`);
  } else {
    query.whereRaw('starts_with(??, ?)', [column, begin]);
  }
}
