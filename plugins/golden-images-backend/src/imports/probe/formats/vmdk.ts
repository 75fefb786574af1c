import type { ByteSource } from '../ByteSource';
import { ImageRefused, type ImageFacts } from '../outcome';
import {
  damaged,
  Fields,
  ifReadable,
  requireWithin,
  SECTOR_BYTES,
} from './fields';
import { checkDescriptor } from './vmdkDescriptor';
import { checkGrains, type VmdkLayout } from './vmdkGrains';

export const VMDK_MAGIC = 'KDMV';
const HEADER_BYTES = 512;
/** `gdOffset` of a stream: the real header is the last but one sector of the file. */
const AT_END = 0xffffffffffffffffn;
const LARGEST_DESCRIPTOR_BYTES = 64 * 1024;
/** QEMU's limits (7.2, `block/vmdk.c`). */
const NEWEST_VERSION = 3;
const MOST_ENTRIES_OF_TABLE = 512;
const MOST_TABLES = 32 * 2 ** 20;

/** A sparse extent with its descriptor inside: monolithicSparse and streamOptimized. */
export async function readVmdk(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const fields = new Fields(head, 'vmdk');
  const version = fields.u32le(4);
  if (version < 1 || version > NEWEST_VERSION) {
    throw damaged('vmdk', `is of unknown version ${version}`);
  }
  checkDescriptor(await descriptorOf(source, fields));
  const layout = layoutOf(fields);
  requireWithin(source, 'vmdk', fields.u64le(64) * SECTOR_BYTES);
  const notes = await ifReadable(async () => {
    const { lengthBytes } = source;
    if (lengthBytes === undefined) return;
    const directoryOffset = await directoryOf(source, fields, lengthBytes);
    await checkGrains(source, layout, directoryOffset);
  });
  return {
    format: 'vmdk',
    virtualSizeBytes: layout.capacitySectors * SECTOR_BYTES,
    notes,
  };
}

async function descriptorOf(source: ByteSource, fields: Fields) {
  const offset = fields.u64le(28) * SECTOR_BYTES;
  const lengthBytes = fields.u64le(36) * SECTOR_BYTES;
  if (offset === 0 || lengthBytes === 0) return '';
  if (lengthBytes > LARGEST_DESCRIPTOR_BYTES) {
    throw damaged('vmdk', 'its description is beyond all measure');
  }
  requireWithin(source, 'vmdk', offset + lengthBytes);
  const text = (await source.read(offset, lengthBytes)).toString('latin1');
  return text.replace(/\0.*$/s, '');
}

/** Where the tables are listed. A stream ends with a mark, the footer, and the mark of its end. */
async function directoryOf(
  source: ByteSource,
  header: Fields,
  lengthBytes: number,
): Promise<number> {
  if (header.bits64le(56) !== AT_END) return header.u64le(56) * SECTOR_BYTES;
  const at = lengthBytes - 1024;
  const footer = new Fields(
    at < HEADER_BYTES ? Buffer.alloc(0) : await source.read(at, HEADER_BYTES),
    'vmdk',
  );
  if (
    footer.lengthBytes < HEADER_BYTES ||
    footer.latin1(0, 4) !== VMDK_MAGIC ||
    footer.bits64le(56) === AT_END
  ) {
    throw new ImageRefused({
      code: 'image-truncated',
      message:
        'the file was cut off: it begins as a VMDK stream, but the footer at its end is missing, and CDI may take it for whole',
      remedy: 'Upload the file again, and compare its length and checksum',
    });
  }
  return footer.u64le(56) * SECTOR_BYTES;
}

function layoutOf(fields: Fields): VmdkLayout {
  const capacitySectors = fields.u64le(12);
  const grainSectors = fields.u64le(20);
  const entriesOfTable = fields.u32le(44);
  const tables = Math.ceil(capacitySectors / (grainSectors * entriesOfTable));
  const sane =
    capacitySectors > 0 &&
    Number.isSafeInteger(capacitySectors * SECTOR_BYTES) &&
    grainSectors >= 1 &&
    grainSectors <= 2 ** 22 &&
    entriesOfTable >= 1 &&
    entriesOfTable <= MOST_ENTRIES_OF_TABLE &&
    tables <= MOST_TABLES;
  if (!sane) throw damaged('vmdk', 'its header contradicts itself');
  return {
    capacitySectors,
    tables,
    entriesOfTable,
  };
}
