import type { ByteSource } from '../ByteSource';
import type { ImageFacts } from '../outcome';
import {
  damaged,
  dependsOnOther,
  Fields,
  ifReadable,
  LARGEST_TABLE_BYTES,
  MIB,
  requireWithin,
  roundUp,
  SECTOR_BYTES,
} from './fields';

const KIB = 1024;
const HEADERS = [64 * KIB, 128 * KIB];
const REGION_TABLES = [192 * KIB, 256 * KIB];
const REGION_TABLE_BYTES = 64 * KIB;
const MOST_REGIONS = 2047;
const MOST_ITEMS = 2047;
const NO_GUID = '00'.repeat(16);
/** GUIDs as their bytes are written: the first three groups are little-endian. */
const REGION = {
  blocks: '6677c22d23f600429d64115e9bfd4a08',
  metadata: '06a27c8b90479a4bb8fe575f050f886e',
};
const ITEM = {
  fileParameters: '3767a1ca36fa434db3b633f0aa44e76b',
  virtualSize: '2442a52f1bcd7648b2115dbed83bf4b8',
};
const HAS_PARENT = 2;
const FULLY_PRESENT = 6n;
/** The specification's largest disk. */
const LARGEST_BYTES = 64 * 2 ** 40;

interface Region {
  offset: number;
  lengthBytes: number;
}

/** Microsoft's VHDX (MS-VHDX 8.0), fixed and dynamic. */
export async function readVhdx(source: ByteSource): Promise<ImageFacts> {
  const notes = await logNotes(source);
  const regions = await readRegions(source);
  const blocks = regions.get(REGION.blocks);
  const metadata = regions.get(REGION.metadata);
  if (!blocks || !metadata) throw damaged('vhdx', 'lacks a table');
  const ends = [...regions.values()].map(
    ({ offset, lengthBytes }) => offset + lengthBytes,
  );
  requireWithin(source, 'vhdx', Math.max(...ends));
  const items = await readItems(source, metadata);
  const parameters = await items(ITEM.fileParameters, 8);
  const size = await items(ITEM.virtualSize, 8);
  if (parameters.u32le(4) & HAS_PARENT) throw dependsOnOther('vhdx');
  const blockBytes = parameters.u32le(0);
  const virtualSizeBytes = roundUp(size.u64le(0), SECTOR_BYTES);
  if (virtualSizeBytes === 0 || virtualSizeBytes > LARGEST_BYTES) {
    throw damaged('vhdx', `says that its disk has ${virtualSizeBytes} bytes`);
  }
  notes.push(...(await checkBlocks(source, blocks, blockBytes)));
  return { format: 'vhdx', virtualSizeBytes, notes };
}

/** The header with the larger number counts. A log that is not empty has to be replayed. */
async function logNotes(source: ByteSource): Promise<string[]> {
  const headers: { sequence: bigint; log: string }[] = [];
  for (const offset of HEADERS) {
    requireWithin(source, 'vhdx', offset + 80);
    const fields = new Fields(await source.read(offset, 80), 'vhdx');
    if (fields.latin1(0, 4) !== 'head' || fields.u16le(66) !== 1) continue;
    headers.push({ sequence: fields.bits64le(8), log: fields.hex(48, 16) });
  }
  if (headers.length === 0) throw damaged('vhdx', 'has no header');
  const [current] = headers.sort((a, b) => (a.sequence < b.sequence ? 1 : -1));
  return current.log === NO_GUID
    ? []
    : [
        'The VHDX image was not closed, which CDI may refuse: open and close it once where it was made.',
      ];
}

async function readRegions(source: ByteSource): Promise<Map<string, Region>> {
  for (const offset of REGION_TABLES) {
    requireWithin(source, 'vhdx', offset + REGION_TABLE_BYTES);
    const table = await source.read(offset, REGION_TABLE_BYTES);
    const fields = new Fields(table, 'vhdx');
    if (fields.latin1(0, 4) !== 'regi') continue;
    const count = fields.u32le(8);
    if (count > MOST_REGIONS) throw damaged('vhdx', 'has too many tables');
    const regions = new Map<string, Region>();
    for (let index = 0; index < count; index += 1) {
      const at = 16 + index * 32;
      regions.set(fields.hex(at, 16), {
        offset: fields.u64le(at + 16),
        lengthBytes: fields.u32le(at + 24),
      });
    }
    return regions;
  }
  throw damaged('vhdx', 'has no list of its tables');
}

async function readItems(source: ByteSource, region: Region) {
  const table = await source.read(region.offset, 64 * KIB);
  const fields = new Fields(table, 'vhdx');
  if (fields.latin1(0, 8) !== 'metadata') {
    throw damaged('vhdx', 'its metadata is not where its header says');
  }
  const count = Math.min(fields.u16le(10), MOST_ITEMS);
  return async (guid: string, lengthBytes: number): Promise<Fields> => {
    for (let index = 0; index < count; index += 1) {
      const at = 32 + index * 32;
      if (fields.hex(at, 16) !== guid) continue;
      const offset = region.offset + fields.u32le(at + 16);
      requireWithin(source, 'vhdx', offset + lengthBytes);
      return new Fields(await source.read(offset, lengthBytes), 'vhdx');
    }
    throw damaged('vhdx', 'lacks a part of its metadata');
  };
}

async function checkBlocks(
  source: ByteSource,
  { offset, lengthBytes }: Region,
  blockBytes: number,
): Promise<string[]> {
  if (source.lengthBytes === undefined || lengthBytes > LARGEST_TABLE_BYTES) {
    return [];
  }
  return ifReadable(async () => {
    const table = await source.read(offset, lengthBytes);
    let last = 0n;
    for (let at = 0; at + 8 <= table.length; at += 8) {
      const entry = table.readBigUInt64LE(at);
      // bits 0 to 2: state, from bit 20 on: the place in MiB
      if ((entry & 7n) !== FULLY_PRESENT) continue;
      if (entry >> 20n > last) last = entry >> 20n;
    }
    if (last > 0n) {
      requireWithin(source, 'vhdx', Number(last) * MIB + blockBytes);
    }
  });
}
