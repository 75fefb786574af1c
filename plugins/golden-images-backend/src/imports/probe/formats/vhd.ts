import type { ByteSource } from '../ByteSource';
import type { ImageFacts } from '../outcome';
import {
  damaged,
  dependsOnOther,
  entries32,
  Fields,
  ifReadable,
  LARGEST_TABLE_BYTES,
  requireWithin,
  SECTOR_BYTES,
} from './fields';

export const VHD_COOKIE = 'conectix';
const DYNAMIC_COOKIE = 'cxsparse';
const NO_BLOCK = 0xffffffff;
/** Type of the disk, as the footer says it. */
const FIXED = 2;
const DYNAMIC = 3;
const DIFFERENCING = 4;
/** Makers whose size counts; of others the geometry does (QEMU 7.2, `block/vpc.c`). */
const SIZE_COUNTS = ['win ', 'qem2', 'd2v ', 'tap\0', 'CTXS', 'wa\0\0'];
/** The largest disk that a geometry can tell; beyond it the size counts. */
const LARGEST_GEOMETRY = 65535 * 16 * 255;
const LARGEST_BLOCK_BYTES = 256 * 2 ** 20;

/** A dynamic VHD, which begins with a copy of its footer. */
export async function readVhd(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const footer = new Fields(head, 'vhd');
  const type = footer.u32be(60);
  if (type === DIFFERENCING) throw dependsOnOther('vhd');
  if (type !== DYNAMIC) throw damaged('vhd', `is of unknown type ${type}`);
  const virtualSizeBytes = virtualSizeOf(footer);
  if (virtualSizeBytes === 0) throw damaged('vhd', 'holds a disk of 0 bytes');
  const headerOffset = footer.u64be(16);
  requireWithin(source, 'vhd', headerOffset + 1024);
  const header = new Fields(await source.read(headerOffset, 1024), 'vhd');
  if (header.latin1(0, 8) !== DYNAMIC_COOKIE) {
    throw damaged('vhd', 'its second header is not where the first one says');
  }
  const tableOffset = header.u64be(16);
  const blocks = header.u32be(28);
  const blockBytes = header.u32be(32);
  const powerOfTwo = blockBytes > 0 && (blockBytes & (blockBytes - 1)) === 0;
  if (
    !powerOfTwo ||
    blockBytes < SECTOR_BYTES ||
    blockBytes > LARGEST_BLOCK_BYTES ||
    blocks * blockBytes < virtualSizeBytes
  ) {
    throw damaged('vhd', 'its header contradicts itself');
  }
  const tableBytes = blocks * 4;
  requireWithin(source, 'vhd', tableOffset + tableBytes);
  const notes = await ifReadable(async () => {
    if (source.lengthBytes === undefined || tableBytes > LARGEST_TABLE_BYTES) {
      return;
    }
    const table = await source.read(tableOffset, tableBytes);
    let last = -1;
    for (const sector of entries32(table, false)) {
      if (sector !== NO_BLOCK && sector > last) last = sector;
    }
    const bitmapBytes =
      Math.ceil(blockBytes / SECTOR_BYTES / 8 / SECTOR_BYTES) * SECTOR_BYTES;
    if (last >= 0) {
      requireWithin(
        source,
        'vhd',
        last * SECTOR_BYTES + bitmapBytes + blockBytes,
      );
    }
  });
  return { format: 'vhd', virtualSizeBytes, notes };
}

/**
 * Whether the last sector is the footer of a fixed VHD, of which CDI, as QEMU,
 * makes a raw disk that ends with this footer.
 */
export function isFixedVhd(lastSector: Buffer): boolean {
  return (
    lastSector.length === SECTOR_BYTES &&
    lastSector.toString('latin1', 0, 8) === VHD_COOKIE &&
    lastSector.readUInt32BE(60) === FIXED
  );
}

function virtualSizeOf(footer: Fields): number {
  const sizeBytes = footer.u64be(48);
  if (SIZE_COUNTS.includes(footer.latin1(28, 4))) return sizeBytes;
  const geometry = footer.u32be(56);
  const sectors =
    // cylinders, heads, sectors a track
    (geometry >>> 16) * ((geometry >>> 8) & 0xff) * (geometry & 0xff);
  return sectors >= LARGEST_GEOMETRY ? sizeBytes : sectors * SECTOR_BYTES;
}
