import { createHash } from 'node:crypto';
import { failedIn } from './ImporterError';

/**
 * Counts up what is downloaded against `algorithm:hex`.
 *
 * @returns `verify`, which throws an ImporterError that CDI does not try again
 */
export function startChecksum(expected: string) {
  const separator = expected.indexOf(':');
  const algorithm = expected.slice(0, separator).toLowerCase();
  const hex = expected.slice(separator + 1).toLowerCase();
  const hash = createHash(algorithm);
  return {
    update: (bytes: Uint8Array) => hash.update(bytes),
    verify() {
      const calculated = hash.digest('hex');
      if (calculated === hex) return;
      throw failedIn(
        'transfer',
        `checksum validation failed: checksum mismatch: expected ${algorithm}:${hex}, calculated ${algorithm}:${calculated}`,
        { reason: 'ChecksumError', fatal: true },
      );
    },
  };
}
