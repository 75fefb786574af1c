import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** Reads until `lengthBytes` are there or the file ends. */
export async function readUpTo(
  file: FileHandle,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const { bytesRead } = await file.read(
      buffer,
      filled,
      lengthBytes - filled,
      offsetBytes + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Writes all of it: a single `write` may take a part only. */
export async function writeAll(
  file: FileHandle,
  data: Uint8Array,
  offsetBytes: number,
): Promise<void> {
  let written = 0;
  while (written < data.length) {
    const { bytesWritten } = await file.write(
      data,
      written,
      data.length - written,
      offsetBytes + written,
    );
    written += bytesWritten;
  }
}

const ZERO_BLOCK = Buffer.alloc(64 * 1024);

export function isZero(data: Buffer): boolean {
  for (let at = 0; at < data.length; at += ZERO_BLOCK.length) {
    const part = data.subarray(at, at + ZERO_BLOCK.length);
    if (!part.equals(ZERO_BLOCK.subarray(0, part.length))) return false;
  }
  return true;
}

const SPARSE_BLOCK_BYTES = 4096;

/**
 * Writes data and leaves holes where a whole block is zero. The file must be new there.
 *
 * @returns how many bytes were written
 */
export async function writeSparse(
  file: FileHandle,
  data: Buffer,
  offsetBytes: number,
): Promise<number> {
  let runStart = -1;
  let written = 0;
  const flush = async (end: number) => {
    if (runStart < 0) return;
    await writeAll(file, data.subarray(runStart, end), offsetBytes + runStart);
    written += end - runStart;
    runStart = -1;
  };
  for (let at = 0; at < data.length; at += SPARSE_BLOCK_BYTES) {
    if (isZero(data.subarray(at, at + SPARSE_BLOCK_BYTES))) {
      await flush(at);
    } else if (runStart < 0) {
      runStart = at;
    }
  }
  await flush(data.length);
  return written;
}

/** Work of this process that leaves something behind until it has ended. */
const underWay = new Set<Promise<unknown>>();

/**
 * Resolves when nothing is being written by {@link writeWhole} or within
 * {@link whileUnderWay}: a process that ends right after an abort would leave
 * what was begun.
 */
export async function writesSettled(): Promise<void> {
  await Promise.allSettled(underWay);
}

/** Does work that {@link writesSettled} waits for. */
export async function whileUnderWay<T>(work: () => Promise<T>): Promise<T> {
  const working = work();
  underWay.add(working);
  try {
    return await working;
  } finally {
    underWay.delete(working);
  }
}

/**
 * Writes a file that is there whole or not at all: under another name first,
 * renamed when it is complete, removed when writing fails.
 */
export async function writeWhole(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  await whileUnderWay(() => writeThenRename(path, write));
}

async function writeThenRename(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w', 0o600);
  try {
    await write(file);
    await file.datasync();
    await file.close();
    await rename(partial, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}
