import type { ByteSource } from '../ByteSource';
import {
  ifReadable,
  LARGEST_TABLE_BYTES,
  requireWithin,
  SECTOR_BYTES,
} from './fields';
import type { Qcow2Layout } from './qcow2';

const OFFSET = 0x00fffffffffffe00n;
const COMPRESSED = 1n << 62n;
const ALL_ZERO = 1n;
/** L2 tables that are read: the last ones of the file, as images are written from front to back. */
const L2_TABLES_READ = 4;

/** Refuses an image whose clusters go on behind the end of the file. @returns notes */
export async function checkClusters(
  source: ByteSource,
  layout: Qcow2Layout,
): Promise<string[]> {
  const l1Bytes = layout.l1Entries * 8;
  if (source.lengthBytes === undefined || l1Bytes > LARGEST_TABLE_BYTES) {
    return [];
  }
  return ifReadable(async () => {
    const clusterBytes = 2 ** layout.clusterBits;
    const l1 = await source.read(layout.l1Offset, l1Bytes);
    const tables = l2Offsets(l1);
    requireWithin(
      source,
      'qcow2',
      tables.length ? tables[0] + clusterBytes : 0,
    );
    for (const offset of tables.slice(0, L2_TABLES_READ)) {
      const table = await source.read(offset, clusterBytes);
      requireWithin(source, 'qcow2', lastByteOf(table, layout));
    }
  });
}

/** Of all L2 tables, the last of the file first. */
function l2Offsets(l1: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = 0; at + 8 <= l1.length; at += 8) {
    const offset = Number(l1.readBigUInt64BE(at) & OFFSET);
    if (offset !== 0) offsets.push(offset);
  }
  return offsets.sort((a, b) => b - a);
}

/**
 * A byte that must be there if the clusters of a table are. The last cluster of
 * a file may be written in part, and compressed data ends anywhere in its last
 * sector.
 */
function lastByteOf(table: Buffer, layout: Qcow2Layout): number {
  const { clusterBits, l2EntryBytes } = layout;
  const offsetBits = BigInt(62 - (clusterBits - 8));
  const compressedOffset = (1n << offsetBits) - 1n;
  let last = 0n;
  for (let at = 0; at + l2EntryBytes <= table.length; at += l2EntryBytes) {
    const entry = table.readBigUInt64BE(at);
    let byte = 0n;
    if (entry & COMPRESSED) {
      const offset = entry & compressedOffset;
      const sectors = (entry & (COMPRESSED - 1n)) >> offsetBits;
      const sector = offset & ~BigInt(SECTOR_BYTES - 1);
      byte = sector + sectors * BigInt(SECTOR_BYTES) + 1n;
      if (sectors === 0n) byte = offset + 1n;
    } else if (entry & OFFSET && !(l2EntryBytes === 8 && entry & ALL_ZERO)) {
      byte = (entry & OFFSET) + 1n;
    }
    if (byte > last) last = byte;
  }
  return Number(last);
}
