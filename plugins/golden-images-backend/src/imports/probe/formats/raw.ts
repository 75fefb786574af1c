import type { ByteSource } from '../ByteSource';
import { ImageUnknown, type ImageFacts } from '../outcome';
import {
  Fields,
  ifReadable,
  requireWithin,
  roundUp,
  SECTOR_BYTES,
} from './fields';
import { isFixedVhd } from './vhd';

const GPT_SIGNATURE = 'EFI PART';
/** The table of partitions is in the second sector, which has 512 or 4,096 bytes. */
const GPT_SECTOR_BYTES = [512, 4096];

/** The disk itself; its length is its size. */
export async function readRaw(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const lengthBytes = lengthOf(source);
  let fixedVhd = false as boolean;
  const notes = await ifReadable(async () => {
    const from = Math.max(0, lengthBytes - SECTOR_BYTES);
    fixedVhd = isFixedVhd(await source.read(from, SECTOR_BYTES));
  });
  const table = partitionTableEnd(head);
  if (table !== undefined) requireWithin(source, 'raw', table);
  if (fixedVhd) {
    notes.push(
      'CDI takes a VHD of fixed size for a raw disk, which then ends with the 512 bytes of its footer.',
    );
  } else if (table === undefined && !hasBootSignature(head)) {
    notes.push(
      'The file begins with no known format nor table of partitions, so that CDI copies it as it is: check that it is a disk.',
    );
  }
  if (lengthBytes % SECTOR_BYTES !== 0) {
    notes.push(
      'Its length is no multiple of 512 bytes, which disks have: it may have been cut off.',
    );
  }
  return {
    format: fixedVhd ? 'vhd' : 'raw',
    virtualSizeBytes: roundUp(lengthBytes, SECTOR_BYTES),
    notes,
  };
}

const PRIMARY_VOLUME = 0x8000;

/** ECMA-119: the descriptor of the volume is in its 17th block of 2,048 bytes. */
export function isIso(head: Buffer): boolean {
  return (
    head.toString('hex', PRIMARY_VOLUME, PRIMARY_VOLUME + 6) === '014344303031'
  );
}

/** A disc; CDI takes it for a raw disk. */
export async function readIso(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const lengthBytes = lengthOf(source);
  const fields = new Fields(head, 'iso');
  const blocks = fields.u32le(PRIMARY_VOLUME + 80);
  const blockBytes = fields.u16le(PRIMARY_VOLUME + 128);
  requireWithin(source, 'iso', blocks * blockBytes);
  return {
    format: 'iso',
    virtualSizeBytes: roundUp(lengthBytes, SECTOR_BYTES),
    notes: [],
  };
}

function lengthOf({ lengthBytes }: ByteSource): number {
  if (lengthBytes !== undefined) return lengthBytes;
  throw new ImageUnknown({
    code: 'length-unknown',
    message: 'it is a raw disk, and its server does not say how long it is',
    remedy: 'Give its length as the size, or more',
  });
}

/** Where a GPT says that its copy is, at the end of the disk (UEFI 2.10, 5.3). */
function partitionTableEnd(head: Buffer): number | undefined {
  for (const sectorBytes of GPT_SECTOR_BYTES) {
    if (
      head.toString('latin1', sectorBytes, sectorBytes + 8) !== GPT_SIGNATURE
    ) {
      continue;
    }
    return (new Fields(head, 'raw').u64le(sectorBytes + 32) + 1) * sectorBytes;
  }
  return undefined;
}

function hasBootSignature(head: Buffer): boolean {
  return head.toString('hex', 510, 512) === '55aa';
}
