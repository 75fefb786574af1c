import { Qcow2Error, SUBCLUSTERS, type Qcow2Header } from './header';

const OFFSET_MASK = 0x00fffffffffffe00n;
const COMPRESSED = 1n << 62n;
const ZERO = 1n;

/** A stretch of the virtual disk that has data, and where the file has it. */
export interface Piece {
  /** On the virtual disk. */
  offsetBytes: number;
  lengthBytes: number;
  /** In the file. */
  hostOffset: number;
  /** The most that the compressed form takes in the file; absent where it is not compressed. */
  compressedBytes?: number;
}

/** Offset of an L2 table, or 0 where a whole entry of L1 reads as zero. */
export function l2Offset(header: Qcow2Header, entry: bigint): number {
  return aligned(header, Number(entry & OFFSET_MASK), 'L2 table');
}

export const entriesOfL2 = ({ clusterBytes, extendedL2 }: Qcow2Header) =>
  clusterBytes / (extendedL2 ? 16 : 8);

/**
 * The pieces that one L2 table describes, in the order of the virtual disk.
 *
 * @param startBytes - where on the virtual disk the table begins
 * @throws Qcow2Error for an offset that cannot be one
 */
export function* piecesOf(
  header: Qcow2Header,
  l2: Buffer,
  startBytes: number,
): Generator<Piece> {
  const { clusterBytes, extendedL2, version, virtualBytes } = header;
  const entryBytes = extendedL2 ? 16 : 8;
  for (let i = 0; i * entryBytes < l2.length; i += 1) {
    const offsetBytes = startBytes + i * clusterBytes;
    if (offsetBytes >= virtualBytes) return;
    const entry = l2.readBigUInt64BE(i * entryBytes);
    if (entry === 0n) continue;
    const hostOffset = Number(entry & OFFSET_MASK);
    if (entry & COMPRESSED) {
      yield compressedPiece(header, entry, offsetBytes);
    } else if (extendedL2) {
      const bitmap = l2.readBigUInt64BE(i * entryBytes + 8);
      aligned(header, hostOffset, 'Cluster allocation');
      yield* subclusters(bitmap, { offsetBytes, hostOffset, clusterBytes });
    } else if (hostOffset !== 0 && !(version === 3 && entry & ZERO)) {
      aligned(header, hostOffset, 'Cluster allocation');
      yield { offsetBytes, lengthBytes: clusterBytes, hostOffset };
    }
  }
}

function compressedPiece(
  { clusterBits, clusterBytes }: Qcow2Header,
  entry: bigint,
  offsetBytes: number,
): Piece {
  const offsetBits = BigInt(62 - (clusterBits - 8));
  const hostOffset = Number(entry & ((1n << offsetBits) - 1n));
  const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
  return {
    offsetBytes,
    lengthBytes: clusterBytes,
    hostOffset,
    compressedBytes: sectors * 512 - (hostOffset % 512),
  };
}

/** The lower half of the bitmap says what is allocated, the upper half what reads as zero all the same. */
function* subclusters(
  bitmap: bigint,
  cluster: { offsetBytes: number; hostOffset: number; clusterBytes: number },
): Generator<Piece> {
  const lengthBytes = cluster.clusterBytes / SUBCLUSTERS;
  for (let i = 0; i < SUBCLUSTERS; i += 1) {
    const allocated = (bitmap >> BigInt(i)) & 1n;
    const zero = (bitmap >> BigInt(SUBCLUSTERS + i)) & 1n;
    if (!allocated || zero) continue;
    yield {
      offsetBytes: cluster.offsetBytes + i * lengthBytes,
      lengthBytes,
      hostOffset: cluster.hostOffset + i * lengthBytes,
    };
  }
}

function aligned({ clusterBytes }: Qcow2Header, offset: number, what: string) {
  if (offset % clusterBytes === 0) return offset;
  throw new Qcow2Error(
    `Image is corrupt: ${what} offset 0x${offset.toString(16)} unaligned`,
  );
}
