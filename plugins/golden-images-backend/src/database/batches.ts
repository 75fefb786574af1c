/** Rows per statement: SQLite takes 32,766 variables in one. */
export const BATCH_SIZE = 500;

export function inBatches<T>(items: Iterable<T>, size = BATCH_SIZE): T[][] {
  const batches: T[][] = [];
  for (const item of items) {
    const last = batches.at(-1);
    if (last && last.length < size) last.push(item);
    else batches.push([item]);
  }
  return batches;
}
