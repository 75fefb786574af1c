import type { IncomingMessage } from 'node:http';
import { tooLarge } from '../statusErrors';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** @throws ApiError 413 above 3 MiB, the limit of kube-apiserver */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // The rest is read and dropped, so that the client gets to read the answer.
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (length > MAX_BODY_BYTES) throw tooLarge(`limit is ${MAX_BODY_BYTES}`);
  return Buffer.concat(chunks).toString('utf8');
}
