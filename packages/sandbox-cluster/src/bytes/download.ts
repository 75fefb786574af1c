import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { startChecksum } from './checksum';
import { writeAll } from './files';
import { decoderOf, SMALLEST_IMAGE_BYTES } from './formats';
import { openHttpSource, type HostTable } from './httpSource';
import { failedIn, ImporterError, TOO_SMALL } from './ImporterError';
import { createPace } from './pace';

export interface DownloadOptions {
  url: string;
  hosts: HostTable;
  /** File in scratch space; whoever calls removes it, also after an error. */
  to: string;
  /** What scratch space offers. */
  availableBytes: number;
  /** `algorithm:hex`, as in `spec.source.http.checksum`. */
  checksum?: string;
  bytesPerSecond?: number;
  signal?: AbortSignal;
  onProgress?: (progress: {
    receivedBytes: number;
    totalBytes?: number;
  }) => void;
}

/**
 * Downloads an image into scratch space, taken out of gzip or zstd where it is
 * in one, and checks the checksum of the file as it was downloaded.
 *
 * @throws ImporterError in the words of CDI 1.66's importer
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { signal } = options;
  const source = await openHttpSource(options.url, options);
  const checksum = options.checksum
    ? startChecksum(options.checksum)
    : undefined;
  const file = await open(options.to, 'w', 0o600);
  try {
    const { head, all } = await peek(received(source, options, checksum));
    if (head.length < SMALLEST_IMAGE_BYTES) {
      const end = head.length === 0 ? 'EOF' : 'unexpected EOF';
      throw failedIn('info', `could not process image header: ${end}`);
    }
    const write = (parts: AsyncIterable<Uint8Array>) =>
      writeParts(parts, file, options.availableBytes);
    const decoder = decoderOf(head);
    if (decoder) await pipeline(all, decoder, write);
    else await write(all);
    checksum?.verify();
  } catch (error) {
    signal?.throwIfAborted();
    throw inWordsOfCdi(error);
  } finally {
    await file.close();
  }
}

/** The bytes as they come: at the wanted rate, counted, and complete. */
async function* received(
  source: { body: AsyncIterable<Uint8Array>; lengthBytes?: number },
  options: DownloadOptions,
  checksum?: ReturnType<typeof startChecksum>,
): AsyncGenerator<Uint8Array> {
  const pace = createPace(options.bytesPerSecond, options.signal);
  const totalBytes = source.lengthBytes;
  let receivedBytes = 0;
  try {
    for await (const chunk of source.body) {
      await pace.take(chunk.length);
      checksum?.update(chunk);
      receivedBytes += chunk.length;
      yield chunk;
      options.onProgress?.({ receivedBytes, totalBytes });
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw brokenStream(totalBytes ?? receivedBytes, error);
  }
  if (totalBytes !== undefined && receivedBytes < totalBytes) {
    throw brokenStream(totalBytes);
  }
}

/** CDI 1.66 gives a broken http stream the reason of a failed registry pull (recorded). */
function brokenStream(bytes: number, cause?: unknown) {
  if (bytes < SMALLEST_IMAGE_BYTES) {
    const message = 'could not process image header: unexpected EOF';
    return failedIn('info', message, { cause });
  }
  return failedIn('transfer', 'failed to pull image: unexpected EOF', {
    reason: 'ImagePullFailed',
    cause,
  });
}

async function peek(chunks: AsyncGenerator<Uint8Array>) {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < SMALLEST_IMAGE_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all() {
    yield* first;
    yield* chunks;
  }
  return {
    head: Buffer.concat(first).subarray(0, SMALLEST_IMAGE_BYTES),
    all: all(),
  };
}

async function writeParts(
  parts: AsyncIterable<Uint8Array>,
  file: FileHandle,
  availableBytes: number,
) {
  let writtenBytes = 0;
  for await (const part of parts) {
    if (writtenBytes + part.length > availableBytes) throw noSpaceLeft();
    await writeAll(file, part, writtenBytes);
    writtenBytes += part.length;
  }
}

function noSpaceLeft(cause?: unknown) {
  return failedIn(
    'transfer',
    'unable to write to file: write /scratch/tmpimage: no space left on device',
    { conditionMessage: TOO_SMALL, cause },
  );
}

/** Errors of the file system and of decompression as CDI tells them (from source, not recorded). */
function inWordsOfCdi(error: unknown): unknown {
  if (error instanceof ImporterError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpaceLeft(error);
  if (/^(Z_|ZSTD_)/.test(code) || code === 'ERR_BUFFER_TOO_LARGE') {
    return failedIn('transfer', `failed to pull image: ${error}`, {
      reason: 'ImagePullFailed',
      cause: error,
    });
  }
  return error;
}
