/** `QFI\xfb`, the first four bytes of every qcow2 file. */
export const QCOW2_MAGIC = 0x514649fb;

const INCOMPATIBLE = {
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalDataFile: 1n << 2n,
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
};
const KNOWN_INCOMPATIBLE =
  INCOMPATIBLE.dirty | INCOMPATIBLE.corrupt | INCOMPATIBLE.compressionType;

/** QEMU's limit (block/qcow2.h, QCOW_MAX_L1_SIZE): 32 MiB of L1 table. */
const LARGEST_L1_BYTES = 32 * 1024 * 1024;

/** What reading the clusters of a qcow2 file needs. Sizes are bytes. */
export interface Qcow2Header {
  version: 2 | 3;
  clusterBits: number;
  clusterBytes: number;
  virtualBytes: number;
  l1Entries: number;
  l1Offset: number;
  compression: 'deflate' | 'zstd';
}

/** A qcow2 file that this reader, or QEMU, does not open. */
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
 * Reads the header as QEMU's `docs/interop/qcow2` describes it.
 *
 * @param head - at least the first 104 bytes of the file, fewer if it is shorter
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
  if (head.readBigUInt64BE(8) !== 0n || head.readUInt32BE(16) !== 0) {
    throw new Qcow2Error('Image has a backing file, which is not allowed');
  }
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw new Qcow2Error(`Unsupported cluster size: 2^${clusterBits}`);
  }
  const virtualBytes = head.readBigUInt64BE(24);
  if (head.readUInt32BE(32) !== 0) {
    throw new Qcow2Error('Encrypted images are not supported');
  }
  const l1Entries = head.readUInt32BE(36);
  const clusterBytes = 2 ** clusterBits;
  if (l1Entries * 8 > LARGEST_L1_BYTES) {
    throw new Qcow2Error('Active L1 table too large');
  }
  const bytesOfL1Entry = BigInt(clusterBytes / 8) * BigInt(clusterBytes);
  if (BigInt(l1Entries) * bytesOfL1Entry < virtualBytes) {
    throw new Qcow2Error('L1 table is too small');
  }
  const l1Offset = head.readBigUInt64BE(40);
  if (l1Offset % BigInt(clusterBytes) !== 0n) {
    throw new Qcow2Error('Active L1 table offset invalid');
  }
  const features =
    version === 3 && head.length >= 104 ? head.readBigUInt64BE(72) : 0n;
  checkFeatures(features);
  const zstd =
    (features & INCOMPATIBLE.compressionType) !== 0n &&
    head.length > 104 &&
    head.readUInt8(104) === 1;
  return {
    version,
    clusterBits,
    clusterBytes,
    virtualBytes: Number(virtualBytes),
    l1Entries,
    l1Offset: Number(l1Offset),
    compression: zstd ? 'zstd' : 'deflate',
  };
}

function checkFeatures(features: bigint) {
  if (features & INCOMPATIBLE.externalDataFile) {
    throw new Qcow2Error('Images with an external data file are not supported');
  }
  if (features & INCOMPATIBLE.extendedL2) {
    throw new Qcow2Error('Images with extended L2 entries are not supported');
  }
  if (features & INCOMPATIBLE.corrupt) {
    throw new Qcow2Error('Image is marked as corrupt');
  }
  if (features & ~KNOWN_INCOMPATIBLE) {
    throw new Qcow2Error('Unsupported qcow2 feature(s)');
  }
}
