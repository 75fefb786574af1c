import { open, rm, type FileHandle } from 'node:fs/promises';
import { availableBytes, diskBytes } from './diskSize';
import { download } from './download';
import { readUpTo, whileUnderWay, writeSparse, writeWhole } from './files';
import { formatOf, SMALLEST_IMAGE_BYTES, unreadFormat } from './formats';
import type { HostTable } from './httpSource';
import { failedIn, TOO_SMALL } from './ImporterError';
import { createPace, type Pace } from './pace';
import { parseQcow2Header, QCOW2_HEAD_BYTES, Qcow2Error } from './qcow2/header';
import { Qcow2Reader } from './qcow2/Qcow2Reader';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Where CDI's importer keeps the download; it is named in errors. */
const SCRATCH_PATH = '/scratch/tmpimage';

export interface ImportImageOptions {
  url: string;
  /** `algorithm:hex`, as in `spec.source.http.checksum`. */
  checksum?: string;
  /** File that becomes the disk; it is there whole or not at all. */
  target: string;
  /** File for the download; removed at the end. */
  scratch: string;
  /** Size of the claim, and of the one for the scratch space. */
  requestBytes: number;
  volumeMode: 'Filesystem' | 'Block';
  hosts?: HostTable;
  bytesPerSecond?: number;
  signal?: AbortSignal;
  /** 0 to 100, of the download, as CDI counts. */
  onProgress?: (percent: number) => void;
}

export interface ImportedDisk {
  format: 'qcow2' | 'raw';
  virtualBytes: number;
  /** Length of the disk. */
  lengthBytes: number;
}

/**
 * Does what CDI's importer does for `source.http`: downloads into scratch
 * space, checks the checksum, converts to raw, grows the disk.
 *
 * @throws ImporterError in the words of CDI 1.66's importer; the signal's reason when aborted
 */
export async function importImage(
  options: ImportImageOptions,
): Promise<ImportedDisk> {
  return whileUnderWay(() => downloadAndConvert(options));
}

async function downloadAndConvert(
  options: ImportImageOptions,
): Promise<ImportedDisk> {
  const { scratch, signal } = options;
  try {
    await download({
      url: options.url,
      hosts: options.hosts ?? {},
      to: scratch,
      availableBytes: availableBytes(options.requestBytes),
      checksum: options.checksum,
      bytesPerSecond: options.bytesPerSecond,
      signal,
      onProgress: ({ receivedBytes, totalBytes }) => {
        if (!totalBytes) return;
        options.onProgress?.(Math.min(100, (receivedBytes / totalBytes) * 100));
      },
    });
    const source = await open(scratch, 'r');
    try {
      return await convert(source, options);
    } finally {
      await source.close();
    }
  } finally {
    await rm(scratch, { force: true });
  }
}

async function convert(
  source: FileHandle,
  options: ImportImageOptions,
): Promise<ImportedDisk> {
  const { format, virtualBytes, write } = await validate(source, options);
  const lengthBytes = targetLength(virtualBytes, options);
  const pace = createPace(undefined, options.signal);
  try {
    await writeWhole(options.target, async target => {
      await write(target, pace);
      await target.truncate(lengthBytes);
    });
  } catch (error) {
    if (!(error instanceof Qcow2Error)) throw error;
    throw failedIn(
      'convert',
      `could not convert image to raw: qemu-img: error while reading: ${error.message}`,
      { cause: error },
    );
  }
  return { format, virtualBytes, lengthBytes };
}

/** What CDI asks `qemu-img info` for. */
async function validate(source: FileHandle, options: ImportImageOptions) {
  const head = await readUpTo(source, 0, QCOW2_HEAD_BYTES);
  if (head.length < SMALLEST_IMAGE_BYTES) {
    throw failedIn('info', 'could not process image header: unexpected EOF');
  }
  const unread = unreadFormat(head);
  if (unread) {
    throw failedIn(
      'transfer',
      `Invalid format ${unread} for image ${SCRATCH_PATH}: this sandbox reads qcow2 and raw, also in gzip or zstd`,
    );
  }
  const format = formatOf(head);
  const { virtualBytes, write } =
    format === 'qcow2'
      ? await openQcow2(source, head)
      : await openRaw(source, options);
  const available = availableFor(options);
  if (virtualBytes > available) {
    throw failedIn(
      'transfer',
      `virtual image size ${virtualBytes} is larger than the reported available storage ${available}. A larger PVC is required`,
      { conditionMessage: TOO_SMALL },
    );
  }
  return { format, virtualBytes, write };
}

type Write = (target: FileHandle, pace: Pace) => Promise<void>;

async function openQcow2(source: FileHandle, head: Buffer) {
  try {
    const header = parseQcow2Header(head);
    const { virtualBytes, backingFile } = header;
    if (backingFile !== undefined) {
      throw failedIn(
        'transfer',
        `Image ${SCRATCH_PATH} is invalid because it has invalid backing file ${backingFile}`,
      );
    }
    const reader = await Qcow2Reader.open(source, header);
    const write: Write = async (target, pace) => {
      for await (const { offsetBytes, data } of reader.data()) {
        await pace.take(data.length);
        await writeSparse(target, data, offsetBytes);
      }
    };
    return { virtualBytes, write };
  } catch (error) {
    if (!(error instanceof Qcow2Error)) throw error;
    throw failedIn(
      'transfer',
      `qemu-img: Could not open '${SCRATCH_PATH}': ${error.message}`,
      { cause: error },
    );
  }
}

async function openRaw(source: FileHandle, { signal }: ImportImageOptions) {
  const { size } = await source.stat();
  const write: Write = async (target, pace) => {
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      signal?.throwIfAborted();
      const data = await readUpTo(source, at, Math.min(CHUNK_BYTES, size - at));
      await pace.take(data.length);
      await writeSparse(target, data, at);
    }
  };
  return { virtualBytes: size, write };
}

function availableFor({ requestBytes, volumeMode }: ImportImageOptions) {
  return volumeMode === 'Filesystem'
    ? availableBytes(requestBytes)
    : requestBytes;
}

function targetLength(
  virtualBytes: number,
  { requestBytes, volumeMode }: ImportImageOptions,
): number {
  return volumeMode === 'Filesystem'
    ? diskBytes(virtualBytes, requestBytes)
    : requestBytes;
}
