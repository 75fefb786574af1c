import { open, statfs, type FileHandle } from 'node:fs/promises';
import { isZero, readUpTo, writeSparse, writeWhole } from './files';
import { createPace } from './pace';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** File systems whose count of allocated blocks is never less than the data: ext4, XFS, tmpfs. */
const COUNTS_BLOCKS = new Set([0xef53, 0x58465342, 0x01021994]);

export interface CopyDiskOptions {
  from: string;
  to: string;
  /** Length of the copy where it is larger than the source. */
  lengthBytes?: number;
  bytesPerSecond?: number;
  signal?: AbortSignal;
  /** Bytes of data (not holes) copied so far; `dataBytes` is the most that it can be. */
  onProgress?: (progress: { copiedBytes: number; dataBytes: number }) => void;
}

/**
 * Copies a disk in full into a file of its own. Holes stay holes. The target is
 * there whole or not at all.
 */
export async function copyDisk(options: CopyDiskOptions): Promise<void> {
  const source = await open(options.from, 'r');
  try {
    const { size, blocks } = await source.stat();
    // Where files are compressed, shared or counted late, anything may be data.
    const counted = COUNTS_BLOCKS.has((await statfs(options.from)).type);
    const dataBytes = counted ? Math.min(size, blocks * 512) : size;
    await writeWhole(options.to, target =>
      copyData(source, target, { ...options, sizeBytes: size, dataBytes }),
    );
  } finally {
    await source.close();
  }
}

async function copyData(
  source: FileHandle,
  target: FileHandle,
  options: CopyDiskOptions & { sizeBytes: number; dataBytes: number },
) {
  const pace = createPace(options.bytesPerSecond, options.signal);
  let copiedBytes = 0;
  // Once everything that the source has allocated is copied, the rest is one hole.
  for (
    let at = 0;
    at < options.sizeBytes && copiedBytes < options.dataBytes;
    at += CHUNK_BYTES
  ) {
    options.signal?.throwIfAborted();
    const data = await readUpTo(
      source,
      at,
      Math.min(CHUNK_BYTES, options.sizeBytes - at),
    );
    if (!isZero(data)) {
      await pace.take(data.length);
      copiedBytes += await writeSparse(target, data, at);
    }
    options.onProgress?.({ copiedBytes, dataBytes: options.dataBytes });
  }
  await target.truncate(Math.max(options.sizeBytes, options.lengthBytes ?? 0));
}
