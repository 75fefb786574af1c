/** One measured value. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  /** What it is held against, with its own value in the same run. */
  anchor: string;
  /** In words; nothing when the row only informs. */
  goal?: string;
  met?: boolean;
}

const DIGITS = 4;

/** Rows in the order in which they were measured. */
export class Report {
  readonly rows: Row[] = [];

  add(row: Row) {
    const rounded = { ...row, value: Number(row.value.toPrecision(DIGITS)) };
    this.rows.push(rounded);
    const { name, value, unit, anchor, goal } = rounded;
    const verdict =
      row.met === undefined
        ? ''
        : ` (goal ${goal}: ${row.met ? 'met' : 'MISSED'})`;
    process.stdout.write(`${name}: ${value} ${unit}, ${anchor}${verdict}\n`);
  }
}
