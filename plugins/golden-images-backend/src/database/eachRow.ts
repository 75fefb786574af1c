import type { Knex } from 'knex';
import { inBatches } from './batches';
import { quoted, sizeOf, statementOf, type RowWrite } from './rowStatements';
import { onSqlite, type Rows } from './sqliteConnection';

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

/** Writes and deletes rows, in this order. */
export async function writeEach(to: Rows, writes: RowWrite[]): Promise<void> {
  for (const write of writes.filter(each => sizeOf(each) > 0)) {
    const done = await onSqlite(to, connection =>
      connection.runEach(statementOf(write)),
    );
    if (!done) await writeByKnex(knexOf(to), write);
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
  const changes = await onSqlite(to, connection =>
    connection.runEach(statementOf({ op: 'insertMissing', table, key, rows })),
  );
  if (changes) return changes.map(count => count > 0);
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

async function writeByKnex(knex: Knex, write: RowWrite): Promise<void> {
  const { table } = write;
  if (write.op === 'delete') {
    for (const batch of inBatches(write.keys)) {
      await knex(table)
        .where(write.where)
        .whereIn([...write.by], batch as string[][])
        .delete();
    }
    return;
  }
  for (const batch of inBatches(write.rows)) {
    const query = knex(table).insert(batch);
    if (write.op === 'insert') await query;
    else {
      const conflict = query.onConflict([...write.key]);
      await (write.op === 'upsert' ? conflict.merge() : conflict.ignore());
    }
  }
}
