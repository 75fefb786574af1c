/** One text of SQL, and what it is run with: once for each row. */
export interface RowStatement {
  sql: string;
  rows: (string | number | null)[][];
}

/** A change of many rows of one table. */
export type RowWrite =
  /** Rows none of which is there. */
  | { op: 'insert'; table: string; rows: object[] }
  /** Rows that are added where none has their `key`. */
  | {
      op: 'insertMissing' | 'upsert';
      table: string;
      rows: object[];
      key: readonly string[];
    }
  /** Rows that have one of the `keys`, the values of the columns `by`, and are as `where` says. */
  | {
      op: 'delete';
      table: string;
      where: object;
      by: readonly string[];
      keys: (readonly string[])[];
    };

export const quoted = (names: readonly string[]) =>
  names.map(name => `"${name}"`);

/** As SQLite runs it. */
export function statementOf(write: RowWrite): RowStatement {
  if (write.op === 'delete') {
    const names = [...Object.keys(write.where), ...write.by];
    const fixed = Object.values(write.where);
    return {
      sql: `delete from "${write.table}" where ${quoted(names)
        .map(name => `${name} = ?`)
        .join(' and ')}`,
      rows: write.keys.map(key => [...fixed, ...key]),
    };
  }
  const names = Object.keys(write.rows[0] ?? {});
  return {
    sql: `insert into "${write.table}" (${quoted(names)}) values (${names.map(
      () => '?',
    )})${onConflict(write, names)}`,
    rows: write.rows.map(row => Object.values(row)),
  };
}

/** How many rows are written or deleted. */
export function sizeOf(write: RowWrite): number {
  return write.op === 'delete' ? write.keys.length : write.rows.length;
}

function onConflict(
  write: Exclude<RowWrite, { op: 'delete' }>,
  names: string[],
): string {
  if (write.op === 'insert') return '';
  const key = `on conflict (${quoted(write.key)})`;
  if (write.op === 'insertMissing') return ` ${key} do nothing`;
  const others = quoted(names.filter(name => !write.key.includes(name)));
  return ` ${key} do update set ${others.map(
    name => `${name} = excluded.${name}`,
  )}`;
}
