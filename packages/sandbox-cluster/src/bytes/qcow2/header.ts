/** `QFI\xfb`, the first four bytes of every qcow2 file. */
export const QCOW2_MAGIC = 0x514649fb;

/** How much of a file {@link parseQcow2Header} wants to see: the name of a backing file is in there. */
export const QCOW2_HEAD_BYTES = 64 * 1024;

const INCOMPATIBLE = {
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalDataFile: 1n << 2n,
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
};
const KNOWN_INCOMPATIBLE = Object.values(INCOMPATIBLE).reduce(
  (all, feature) => all | feature,
);

/** QEMU's limit (`block/qcow2.h`, `QCOW_MAX_L1_SIZE`): 32 MiB of L1 table. */
const LARGEST_L1_BYTES = 32 * 1024 * 1024;
const SMALLEST_SUBCLUSTER_BYTES = 512;
export const SUBCLUSTERS = 32;

/** What reading the clusters of a qcow2 file needs. Sizes are bytes. */
export interface Qcow2Header {
  version: 2 | 3;
  clusterBits: number;
  clusterBytes: number;
  virtualBytes: number;
  l1Entries: number;
  l1Offset: number;
  compression: 'deflate' | 'zstd';
  /** L2 entries of 16 bytes, with a bitmap of 32 subclusters. */
  extendedL2: boolean;
  encrypted: boolean;
  /** Name of the file that has the clusters that this one lacks. */
  backingFile?: string;
}

/** A qcow2 file that QEMU, or this reader, does not open or read, in QEMU's words. */
export class Qcow2Error extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Qcow2Error';
  }
}

export function isQcow2(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === QCOW2_MAGIC;
}

/**
 * Reads the header as QEMU's `docs/interop/qcow2` describes it, and refuses what
 * QEMU 7.2 refuses when it opens an image for reading.
 *
 * @param head - the first {@link QCOW2_HEAD_BYTES} of the file, fewer if it is shorter
 * @throws Qcow2Error for what is damaged or not supported
 */
export function parseQcow2Header(head: Buffer): Qcow2Header {
  if (!isQcow2(head) || head.length < 72) {
    throw new Qcow2Error('Image is not in qcow2 format');
  }
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw new Qcow2Error(`Unsupported qcow2 version ${version}`);
  }
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw new Qcow2Error(`Unsupported cluster size: 2^${clusterBits}`);
  }
  const clusterBytes = 2 ** clusterBits;
  const { features, compression } = parseExtension(head, version, clusterBytes);
  const extendedL2 = (features & INCOMPATIBLE.extendedL2) !== 0n;
  if (extendedL2 && clusterBytes / SUBCLUSTERS < SMALLEST_SUBCLUSTER_BYTES) {
    throw new Qcow2Error(
      `Unsupported subcluster size: ${clusterBytes / SUBCLUSTERS}`,
    );
  }
  const virtualBytes = head.readBigUInt64BE(24);
  return {
    version,
    clusterBits,
    clusterBytes,
    virtualBytes: Number(virtualBytes),
    ...parseL1(head, { clusterBytes, virtualBytes, extendedL2 }),
    compression,
    extendedL2,
    encrypted: head.readUInt32BE(32) !== 0,
    backingFile: parseBackingFile(head, clusterBytes),
  };
}

function parseL1(
  head: Buffer,
  layout: { clusterBytes: number; virtualBytes: bigint; extendedL2: boolean },
) {
  const l1Entries = head.readUInt32BE(36);
  if (l1Entries * 8 > LARGEST_L1_BYTES) {
    throw new Qcow2Error('Active L1 table too large');
  }
  const l2Entries = layout.clusterBytes / (layout.extendedL2 ? 16 : 8);
  const bytesOfL1Entry = BigInt(l2Entries) * BigInt(layout.clusterBytes);
  const wanted = (layout.virtualBytes + bytesOfL1Entry - 1n) / bytesOfL1Entry;
  if (wanted > 0x7fffffffn) throw new Qcow2Error('Image is too big');
  if (BigInt(l1Entries) < wanted) {
    throw new Qcow2Error('L1 table is too small');
  }
  const l1Offset = head.readBigUInt64BE(40);
  if (l1Offset % BigInt(layout.clusterBytes) !== 0n || l1Offset >> 63n) {
    throw new Qcow2Error('Active L1 table offset invalid');
  }
  return { l1Entries, l1Offset: Number(l1Offset) };
}

/** What version 3 has behind the header of version 2. */
function parseExtension(head: Buffer, version: number, clusterBytes: number) {
  if (version === 2) return { features: 0n, compression: 'deflate' as const };
  if (head.length < 104 || head.readUInt32BE(100) < 104) {
    throw new Qcow2Error('qcow2 header too short');
  }
  const headerBytes = head.readUInt32BE(100);
  if (headerBytes > clusterBytes) {
    throw new Qcow2Error('qcow2 header exceeds cluster size');
  }
  const features = head.readBigUInt64BE(72);
  const unknown = features & ~KNOWN_INCOMPATIBLE;
  if (unknown) {
    throw new Qcow2Error(
      `Unsupported qcow2 feature(s): Unknown incompatible feature: ${unknown.toString(
        16,
      )}`,
    );
  }
  if (features & INCOMPATIBLE.externalDataFile) {
    throw new Qcow2Error('Images with an external data file are not supported');
  }
  const type = headerBytes > 104 && head.length > 104 ? head.readUInt8(104) : 0;
  if (type > 1) {
    throw new Qcow2Error(`qcow2: unknown compression type: ${type}`);
  }
  const zstd = type === 1;
  if (zstd !== ((features & INCOMPATIBLE.compressionType) !== 0n)) {
    throw new Qcow2Error(
      `qcow2: Compression type incompatible feature bit must ${
        zstd ? '' : 'not '
      }be set`,
    );
  }
  return {
    features,
    compression: zstd ? ('zstd' as const) : ('deflate' as const),
  };
}

function parseBackingFile(
  head: Buffer,
  clusterBytes: number,
): string | undefined {
  const offset = head.readBigUInt64BE(8);
  if (offset === 0n) return undefined;
  const length = head.readUInt32BE(16);
  if (offset > BigInt(clusterBytes)) {
    throw new Qcow2Error('Invalid backing file offset');
  }
  if (length > 1023 || length > clusterBytes - Number(offset)) {
    throw new Qcow2Error('Backing file name too long');
  }
  return head.toString('utf8', Number(offset), Number(offset) + length);
}
