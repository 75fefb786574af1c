import type { ByteSource } from '../ByteSource';
import {
  entries32,
  LARGEST_TABLE_BYTES,
  requireWithin,
  SECTOR_BYTES,
} from './fields';

export interface VmdkLayout {
  capacitySectors: number;
  /** Of grains, each listed in the directory. */
  tables: number;
  entriesOfTable: number;
}

/** Not there, or all zero. */
const NO_GRAIN = 1;

/**
 * Refuses an image whose grains go on behind the end of the file.
 *
 * @throws Unreadable
 */
export async function checkGrains(
  source: ByteSource,
  { tables, entriesOfTable }: VmdkLayout,
  directoryOffset: number,
): Promise<void> {
  const directoryBytes = tables * 4;
  const tableBytes = entriesOfTable * 4;
  requireWithin(source, 'vmdk', directoryOffset + directoryBytes);
  if (directoryBytes > LARGEST_TABLE_BYTES) return;
  const directory = await source.read(directoryOffset, directoryBytes);
  const listed = new Set(entries32(directory, true));
  listed.delete(0);
  if (listed.size === 0) return;
  let first = Infinity;
  let last = 0;
  for (const sector of listed) {
    first = Math.min(first, sector);
    last = Math.max(last, sector);
  }
  const end = last * SECTOR_BYTES + tableBytes;
  requireWithin(source, 'vmdk', end);
  // They lie together before the data, or, in a stream, each behind its grains.
  const together = end - first * SECTOR_BYTES <= LARGEST_TABLE_BYTES;
  const from = (together ? first : last) * SECTOR_BYTES;
  const read = await source.read(from, end - from);
  let lastGrain = 0;
  for (const table of together ? listed : [last]) {
    const at = table * SECTOR_BYTES - from;
    for (const grain of entries32(read.subarray(at, at + tableBytes), true)) {
      if (grain > NO_GRAIN) lastGrain = Math.max(lastGrain, grain);
    }
  }
  if (lastGrain) requireWithin(source, 'vmdk', lastGrain * SECTOR_BYTES + 1);
}
