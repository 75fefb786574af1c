import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createPace } from '../bytes/pace';

/** Small parts, so that a slow answer flows instead of coming in gulps. */
const SLOW_PART_BYTES = 16 * 1024;

/**
 * Answers with a file or the range of it that was asked for (RFC 9110, one
 * range of bytes).
 *
 * @param cut - the connection ends half way
 * @param bytesPerSecond - as fast as it goes where absent
 */
export async function sendFile(options: {
  file: string;
  size: number;
  request: IncomingMessage;
  response: ServerResponse;
  cut?: boolean;
  bytesPerSecond?: number;
}): Promise<void> {
  const { file, size, request, response, cut } = options;
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD' || end < start) {
    response.end();
    return;
  }
  response.flushHeaders();
  const last = cut ? start + Math.floor((end - start) / 2) : end;
  const { bytesPerSecond } = options;
  const parts = createReadStream(file, {
    start,
    end: last,
    highWaterMark: bytesPerSecond ? SLOW_PART_BYTES : undefined,
  });
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pace = createPace(bytesPerSecond, gone.signal);
  await pipeline(
    parts,
    async function* paced(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        await pace.take(chunk.length);
        yield chunk;
      }
    },
    response,
    { end: !cut },
  );
  if (cut) response.destroy();
}

function parseRange(header: string | undefined, size: number) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (!from && !to) return undefined;
  const last = size - 1;
  const range = from
    ? { start: Number(from), end: to ? Math.min(Number(to), last) : last }
    : { start: Math.max(0, size - Number(to)), end: last };
  return range.start > range.end ? ('unsatisfiable' as const) : range;
}
