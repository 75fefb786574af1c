import type { ByteSource } from '../ByteSource';
import type { ImageFacts } from '../outcome';
import {
  damaged,
  dependsOnOther,
  Fields,
  MIB,
  requireWithin,
  roundUp,
  SECTOR_BYTES,
  unsupported,
} from './fields';

const VERSION = 0x00010001;
const UUID_BYTES = 16;
const NO_UUID = '00'.repeat(UUID_BYTES);
const MOST_BLOCKS = 0x3fffffff / 4;

/** VirtualBox's format, dynamic and static, as QEMU 7.2 opens it (`block/vdi.c`). */
export async function readVdi(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const fields = new Fields(head, 'vdi');
  if (fields.u32le(0x44) !== VERSION) {
    throw unsupported(
      'the VDI image has another version than 1.1',
      'Convert it: "qemu-img convert -O qcow2 IMAGE NEW"',
    );
  }
  if (
    fields.hex(0x1a8, UUID_BYTES) !== NO_UUID ||
    fields.hex(0x1b8, UUID_BYTES) !== NO_UUID
  ) {
    throw dependsOnOther('vdi');
  }
  const mapOffset = fields.u32le(0x154);
  const dataOffset = fields.u32le(0x158);
  const sizeBytes = fields.u64le(0x170);
  const blocks = fields.u32le(0x180);
  const allocated = fields.u32le(0x184);
  const sane =
    mapOffset % SECTOR_BYTES === 0 &&
    dataOffset % SECTOR_BYTES === 0 &&
    fields.u32le(0x168) === SECTOR_BYTES &&
    fields.u32le(0x178) === MIB &&
    blocks <= MOST_BLOCKS &&
    allocated <= blocks &&
    sizeBytes > 0 &&
    sizeBytes <= blocks * MIB;
  if (!sane) throw damaged('vdi', 'its header contradicts itself');
  // The block at the end of the disk may be shorter.
  const lackingBytes = blocks * MIB - sizeBytes;
  requireWithin(
    source,
    'vdi',
    Math.max(
      mapOffset + blocks * 4,
      allocated > 0
        ? dataOffset + allocated * MIB - Math.min(lackingBytes, MIB - 1)
        : 0,
    ),
  );
  return {
    format: 'vdi',
    virtualSizeBytes: roundUp(sizeBytes, SECTOR_BYTES),
    notes: [],
  };
}
