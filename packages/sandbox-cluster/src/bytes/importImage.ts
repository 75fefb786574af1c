import { open, rm, type FileHandle } from 'node:fs/promises';
import { availableBytes, diskBytes } from './diskSize';
import { download } from './download';
import { readUpTo, writeSparse, writeWhole } from './files';
import type { HostTable } from './httpSource';
import { ImporterError } from './ImporterError';
import { createPace, type Pace } from './pace';
import { isQcow2, Qcow2Error } from './qcow2/header';
import { Qcow2Reader } from './qcow2/Qcow2Reader';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** CDI reads this many bytes to tell formats apart; less is not an image (recorded). */
const SMALLEST_IMAGE_BYTES = 512;

export interface ImportImageOptions {
  url: string;
  /** `algorithm:hex`, as in `spec.source.http.checksum`. */
  checksum?: string;
  /** File that becomes the disk; it is there whole or not at all. */
  target: string;
  /** File for the download; removed at the end. */
  scratch: string;
  /** Size of the claim. */
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
  const { scratch, signal } = options;
  try {
    await download({
      url: options.url,
      hosts: options.hosts ?? {},
      to: scratch,
      checksum: options.checksum,
      bytesPerSecond: options.bytesPerSecond,
      signal,
      onProgress: ({ receivedBytes, totalBytes }) => {
        if (totalBytes)
          options.onProgress?.((receivedBytes / totalBytes) * 100);
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
  const head = await readUpTo(source, 0, SMALLEST_IMAGE_BYTES);
  if (head.length < SMALLEST_IMAGE_BYTES) {
    throw new ImporterError(
      'Unable to process data: could not process image header: unexpected EOF',
    );
  }
  const format = isQcow2(head) ? 'qcow2' : 'raw';
  try {
    const reader =
      format === 'qcow2' ? await Qcow2Reader.open(source) : undefined;
    const virtualBytes =
      reader?.header.virtualBytes ?? (await source.stat()).size;
    const lengthBytes = targetLength(virtualBytes, options);
    const pace = createPace(undefined, options.signal);
    await writeWhole(options.target, async target => {
      if (reader) await writeQcow2(reader, target, pace);
      else await writeRaw(source, target, pace);
      await target.truncate(lengthBytes);
    });
    return { format, virtualBytes, lengthBytes };
  } catch (error) {
    if (!(error instanceof Qcow2Error)) throw error;
    throw new ImporterError(
      `Unable to process data: Unable to convert source data to target format: ${error.message}`,
      { cause: error },
    );
  }
}

function targetLength(
  virtualBytes: number,
  options: ImportImageOptions,
): number {
  const { requestBytes, volumeMode } = options;
  const filesystem = volumeMode === 'Filesystem';
  const available = filesystem ? availableBytes(requestBytes) : requestBytes;
  if (virtualBytes > available) {
    throw new ImporterError(
      `Unable to process data: Unable to transfer source data to scratch space: virtual image size ${virtualBytes} is larger than the reported available storage ${available}. A larger PVC is required`,
      { conditionMessage: 'DataVolume too small to contain image' },
    );
  }
  return filesystem ? diskBytes(virtualBytes, requestBytes) : requestBytes;
}

async function writeQcow2(reader: Qcow2Reader, target: FileHandle, pace: Pace) {
  for await (const { offsetBytes, data } of reader.data()) {
    await pace.take(data.length);
    await writeSparse(target, data, offsetBytes);
  }
}

async function writeRaw(source: FileHandle, target: FileHandle, pace: Pace) {
  const { size } = await source.stat();
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const data = await readUpTo(source, at, Math.min(CHUNK_BYTES, size - at));
    await pace.take(data.length);
    await writeSparse(target, data, at);
  }
}
