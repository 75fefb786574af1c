import { createHash, type Hash } from 'node:crypto';
import { ImporterError } from './ImporterError';
import { openHttpSource, type HostTable } from './httpSource';
import { writeWhole } from './files';
import { createPace } from './pace';

export interface DownloadOptions {
  url: string;
  hosts: HostTable;
  to: string;
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
 * Downloads an image into scratch space and checks its checksum.
 *
 * @throws ImporterError in the words of CDI 1.66's importer
 */
export async function download(options: DownloadOptions): Promise<void> {
  const source = await openHttpSource(options.url, options);
  const checksum = options.checksum
    ? startChecksum(options.checksum)
    : undefined;
  const pace = createPace(options.bytesPerSecond, options.signal);
  await writeWhole(options.to, async file => {
    let receivedBytes = 0;
    try {
      for await (const chunk of source.body) {
        await pace.take(chunk.length);
        checksum?.hash.update(chunk);
        await file.write(chunk, 0, chunk.length, receivedBytes);
        receivedBytes += chunk.length;
        options.onProgress?.({ receivedBytes, totalBytes: source.lengthBytes });
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw brokenStream(error);
    }
    if (
      source.lengthBytes !== undefined &&
      receivedBytes < source.lengthBytes
    ) {
      throw brokenStream();
    }
    checksum?.verify();
  });
}

/** CDI 1.66 gives a broken http stream the reason of a failed registry pull (recorded). */
function brokenStream(cause?: unknown) {
  return new ImporterError('failed to pull image: unexpected EOF', {
    reason: 'ImagePullFailed',
    cause,
  });
}

function startChecksum(expected: string) {
  const separator = expected.indexOf(':');
  const algorithm = expected.slice(0, separator).toLowerCase();
  const hex = expected.slice(separator + 1).toLowerCase();
  const hash: Hash = createHash(algorithm);
  return {
    hash,
    verify() {
      const calculated = hash.digest('hex');
      if (calculated === hex) return;
      const message = `checksum validation failed: checksum mismatch: expected ${algorithm}:${hex}, calculated ${algorithm}:${calculated}`;
      throw new ImporterError(`Unable to process data: ${message}`, {
        reason: 'ChecksumError',
        fatal: true,
      });
    },
  };
}
