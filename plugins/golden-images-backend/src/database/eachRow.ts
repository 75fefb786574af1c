import type { Knex } from 'knex';
import { inBatches } from './batches';
import { onSqlite, type Rows, type SqliteConnection } from './sqliteConnection';

/**
 * Reads and writes of many rows by their keys. PostgreSQL is asked for many at
 * once, since each question is a round trip. SQLite runs in this process, where
 * a short statement that is prepared once and run for each row costs a fraction
 * of a long one that is made and parsed anew.
 */
export interface RowsByKey<TRow> {
  table: string;
  columns: readonly (keyof TRow & string)[];
  /** The same for all rows. */
  where: Partial<TRow>;
  /** Of which the values in `keys` are, in this order. */
  by: readonly (keyof TRow & string)[];
  keys: Iterable<readonly string[]>;
}

type Value = string | number | null;

const quoted = (names: readonly string[]) => names.map(name => `"${name}"`);
const equals = (names: readonly string[], between: string) =>
  quoted(names)
    .map(name => `${name} = ?`)
    .join(between);

/** Where it is not SQLite, which has been served before. */
const knexOf = (rows: Rows) => rows as Knex;

/** Rows that have one of the keys, each of which is given once. */
export async function selectEach<TRow extends object>(
  rows: Rows,
  what: RowsByKey<TRow>,
): Promise<TRow[]> {
  const { table, columns, where, by } = what;
  const found = await onSqlite(rows, connection => {
    const statement = connection.prepared(
      // "cross" keeps SQLite from going through the table instead.
      `select ${quoted(columns).map(name => `t.${name}`)} from json_each(?) k
       cross join "${table}" t
       where ${[
         ...Object.keys(where).map(name => `t."${name}" = ?`),
         ...by.map((name, i) => `t."${name}" = k.value ->> ${i}`),
       ].join(' and ')}`,
    );
    return statement.all(
      JSON.stringify([...what.keys]),
      ...Object.values(where),
    ) as TRow[];
  });
  if (found) return found;
  const all: TRow[] = [];
  for (const batch of inBatches(what.keys)) {
    all.push(
      ...(await knexOf(rows)(table)
        .where(where)
        .whereIn([...by], batch as string[][])
        .select(...columns)),
    );
  }
  return all;
}

/** Adds rows, and changes those that are there already, by their `key`. */
export async function upsertEach<TRow extends object>(
  to: Rows,
  table: string,
  key: readonly (keyof TRow & string)[],
  rows: TRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const done = await onSqlite(to, connection => {
    const others = Object.keys(rows[0])
      .filter(name => !(key as readonly string[]).includes(name))
      .map(name => `"${name}" = excluded."${name}"`);
    insertAll(
      connection,
      table,
      rows,
      `on conflict (${quoted(key)}) do update set ${others}`,
    );
    return true;
  });
  if (done) return;
  for (const batch of inBatches(rows)) {
    await knexOf(to)(table)
      .insert(batch)
      .onConflict([...key])
      .merge();
  }
}

/** Adds those rows that are not there yet; resolves to whether each of them was added. */
export async function insertMissing<TRow extends object>(
  to: Rows,
  table: string,
  key: readonly (keyof TRow & string)[],
  rows: TRow[],
): Promise<boolean[]> {
  if (rows.length === 0) return [];
  const added = await onSqlite(to, connection =>
    insertAll(
      connection,
      table,
      rows,
      `on conflict (${quoted(key)}) do nothing`,
    ),
  );
  if (added) return added;
  const idOf = (row: object) =>
    JSON.stringify(key.map(name => row[name as keyof typeof row]));
  const ids = new Set<string>();
  for (const batch of inBatches(rows)) {
    const inserted: object[] = await knexOf(to)(table)
      .insert(batch)
      .onConflict([...key])
      .ignore()
      .returning([...key]);
    inserted.forEach(row => ids.add(idOf(row)));
  }
  return rows.map(row => ids.has(idOf(row)));
}

/** Adds rows, none of which is there. */
export async function insertEach<TRow extends object>(
  to: Rows,
  table: string,
  rows: TRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const done = await onSqlite(to, connection =>
    insertAll(connection, table, rows, ''),
  );
  if (done) return;
  for (const batch of inBatches(rows)) await knexOf(to)(table).insert(batch);
}

export async function deleteEach<TRow extends object>(
  to: Rows,
  what: Omit<RowsByKey<TRow>, 'columns'>,
): Promise<void> {
  const { table, where, by } = what;
  const done = await onSqlite(to, connection => {
    const names = [...Object.keys(where), ...by];
    const statement = connection.prepared(
      `delete from "${table}" where ${equals(names, ' and ')}`,
    );
    const fixed = Object.values(where);
    for (const key of what.keys) statement.run(...fixed, ...key);
    return true;
  });
  if (done) return;
  for (const batch of inBatches(what.keys)) {
    await knexOf(to)(table)
      .where(where)
      .whereIn([...by], batch as string[][])
      .delete();
  }
}

/** @returns whether each row was added or changed */
function insertAll(
  connection: SqliteConnection,
  table: string,
  rows: object[],
  ending: string,
): boolean[] {
  const names = Object.keys(rows[0]);
  const statement = connection.prepared(
    `insert into "${table}" (${quoted(names)}) values (${names.map(
      () => '?',
    )}) ${ending}`,
  );
  return rows.map(
    row => statement.run(Object.values(row) as Value[]).changes > 0,
  );
}
