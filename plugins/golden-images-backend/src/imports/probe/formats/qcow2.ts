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
import { checkClusters } from './qcow2Clusters';

const FEATURES = {
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalDataFile: 1n << 2n,
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
};
const KNOWN = Object.values(FEATURES).reduce((all, one) => all | one);

/** QEMU's limits (`block/qcow2.h` of 7.2). */
const LARGEST_L1_BYTES = 32 * MIB;
const LARGEST_REFCOUNT_TABLE_BYTES = 8 * MIB;
const MOST_L1_ENTRIES = 0x7fffffff;

/** Where the clusters of an image are noted. */
export interface Qcow2Layout {
  clusterBits: number;
  l1Entries: number;
  l1Offset: number;
  l2EntryBytes: number;
}

/**
 * QEMU's `docs/interop/qcow2`, versions 2 and 3. Refused is what QEMU 7.2 does
 * not open or convert, and what CDI 1.66 refuses: backing files.
 */
export async function readQcow2(
  source: ByteSource,
  head: Buffer,
): Promise<ImageFacts> {
  const fields = new Fields(head, 'qcow2');
  const version = fields.u32be(4);
  if (version !== 2 && version !== 3) {
    throw unsupported(
      `the file is qcow of version ${version}, which CDI does not import`,
      'Convert it: "qemu-img convert -O qcow2 IMAGE NEW"',
    );
  }
  const clusterBits = fields.u32be(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw damaged(
      'qcow2',
      `says that its clusters have 2^${clusterBits} bytes`,
    );
  }
  const clusterBytes = 2 ** clusterBits;
  const features = version === 3 ? featuresOf(fields, clusterBytes) : 0n;
  if (fields.bits64be(8) !== 0n) throw dependsOnOther('qcow2');
  if (fields.u32be(32) !== 0) {
    throw unsupported(
      'the qcow2 image is encrypted, and CDI has no key for it',
      'Decrypt it first: "qemu-img convert" with the secret',
    );
  }
  const virtualSizeBytes = roundUp(fields.u64be(24), SECTOR_BYTES);
  if (virtualSizeBytes === 0) throw damaged('qcow2', 'holds a disk of 0 bytes');
  const layout: Qcow2Layout = {
    clusterBits,
    l1Entries: fields.u32be(36),
    l1Offset: fields.u64be(40),
    l2EntryBytes: features & FEATURES.extendedL2 ? 16 : 8,
  };
  checkL1(layout, virtualSizeBytes);
  const ends = [
    layout.l1Offset + layout.l1Entries * 8,
    refcountTableEnd(fields, clusterBytes),
    fields.u32be(60) > 0 ? fields.u64be(64) + 1 : 0,
  ];
  requireWithin(source, 'qcow2', Math.max(...ends));
  const notes = await checkClusters(source, layout);
  if (features & FEATURES.corrupt) {
    notes.push(
      'The image is marked as damaged: "qemu-img check -r all" mends it.',
    );
  } else if (features & FEATURES.dirty) {
    notes.push(
      'The image was in use when it was copied: it may lack the last writes.',
    );
  }
  return { format: 'qcow2', virtualSizeBytes, notes };
}

function featuresOf(fields: Fields, clusterBytes: number): bigint {
  const headerBytes = fields.u32be(100);
  if (headerBytes < 104 || headerBytes > clusterBytes) {
    throw damaged('qcow2', `says that its header has ${headerBytes} bytes`);
  }
  const features = fields.bits64be(72);
  if (features & ~KNOWN) {
    throw unsupported(
      'the qcow2 image needs features that QEMU 7.2 does not know',
      'Convert it: "qemu-img convert -O qcow2 IMAGE NEW"',
    );
  }
  if (features & FEATURES.externalDataFile) {
    throw unsupported(
      'the qcow2 image has its data in another file',
      'Convert it with that file at hand: "qemu-img convert -O qcow2 IMAGE WHOLE"',
    );
  }
  return features;
}

function checkL1(layout: Qcow2Layout, virtualSizeBytes: number): void {
  const { clusterBits, l1Entries, l1Offset, l2EntryBytes } = layout;
  const clusterBytes = 2 ** clusterBits;
  const bytesOfEntry = (clusterBytes / l2EntryBytes) * clusterBytes;
  const wanted = Math.ceil(virtualSizeBytes / bytesOfEntry);
  if (l1Entries * 8 > LARGEST_L1_BYTES || wanted > MOST_L1_ENTRIES) {
    throw damaged('qcow2', 'its table of clusters is beyond all measure');
  }
  if (l1Entries < wanted) {
    throw damaged('qcow2', 'its table of clusters is too small for its size');
  }
  if (l1Offset % clusterBytes !== 0) {
    throw damaged('qcow2', 'its table of clusters is at an odd place');
  }
}

function refcountTableEnd(fields: Fields, clusterBytes: number): number {
  const offset = fields.u64be(48);
  const lengthBytes = fields.u32be(56) * clusterBytes;
  if (lengthBytes > LARGEST_REFCOUNT_TABLE_BYTES || offset % clusterBytes) {
    throw damaged('qcow2', 'its table of references is impossible');
  }
  return offset + lengthBytes;
}
