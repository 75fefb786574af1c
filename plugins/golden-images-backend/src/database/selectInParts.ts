import type { Knex } from 'knex';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What SQLite looks at in a few milliseconds. */
const PART_ROWS = 2_000;

export interface RowsInParts<TRow> {
  table: string;
  /** By which an index of the table begins. */
  where: Partial<TRow>;
  /** By which that index goes on, and which tell the rows of `where` apart. */
  key: readonly (keyof TRow & string)[];
  columns: readonly (keyof TRow & string)[];
  /** Leaves the rows of one part of the index. */
  within?: (query: Knex.QueryBuilder) => void;
  /** Leaves some rows; the others are looked at, too. */
  filter?: (query: Knex.QueryBuilder) => void;
}

/**
 * Rows of which there may be very many. SQLite answers within this process,
 * which does nothing else meanwhile: so a part of the table is asked for at a
 * time, whether or not many of its rows are wanted, and others have their turn
 * in between. What is written meanwhile may be missing, or not.
 */
export async function selectInParts<TRow extends object>(
  knex: Knex,
  what: RowsInParts<TRow>,
): Promise<TRow[]> {
  const { table, where, key, columns, within, filter } = what;
  const rows: TRow[] = [];
  const keyIs = (query: Knex.QueryBuilder, operator: string, of: TRow) =>
    query.whereRaw(
      `(${key.map(() => '??')}) ${operator} (${key.map(() => '?')})`,
      [...key, ...key.map(name => of[name] as string)],
    );
  const after = (before: TRow | undefined) => {
    const query = knex(table).where(where);
    within?.(query);
    return before ? keyIs(query, '>', before) : query;
  };
  let before: TRow | undefined;
  for (;;) {
    const last: TRow | undefined = await after(before)
      .select(...key)
      .orderBy([...key])
      .offset(PART_ROWS - 1)
      .limit(1)
      .first();
    const wanted = after(before);
    if (last) keyIs(wanted, '<=', last);
    filter?.(wanted);
    for (const row of await wanted.select(...columns)) rows.push(row);
    if (!last) return rows;
    before = last;
    await nextTurn();
  }
}
