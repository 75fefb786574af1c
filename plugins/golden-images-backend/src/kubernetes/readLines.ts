import type { Readable } from 'node:stream';
import { KubernetesApiError } from './KubernetesApiError';
import { unreachable } from './apiErrors';

const NEWLINE = 0x0a;

/**
 * Lines of a stream that may stay open for long. Throws `KubernetesApiError`
 * with status 0 when a line is too long, when the stream breaks off, and when
 * nothing came for `idleTimeoutMs` while a line was being waited for.
 */
export async function* readLines(
  stream: Readable,
  options: { maxLineBytes: number; idleTimeoutMs: number },
): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of chunks(stream, options.idleTimeoutMs)) {
      let start = 0;
      let end = chunk.indexOf(NEWLINE);
      while (end >= 0) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
        rest = [];
        restBytes = 0;
        if (line.length > 0) yield line.toString('utf8');
        start = end + 1;
        end = chunk.indexOf(NEWLINE, start);
      }
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > options.maxLineBytes) {
        throw new KubernetesApiError({
          status: 0,
          message: `A line of the watch is longer than ${options.maxLineBytes} bytes`,
        });
      }
    }
  } finally {
    stream.destroy();
  }
}

async function* chunks(
  stream: Readable,
  idleTimeoutMs: number,
): AsyncGenerator<Buffer> {
  const iterator: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextChunk();
    if (next.done) return;
    yield next.value;
  }

  /** Whoever takes its time over a chunk is no silence of the server. */
  async function nextChunk(): Promise<IteratorResult<Buffer>> {
    const timer = setTimeout(
      () =>
        stream.destroy(
          new KubernetesApiError({
            status: 0,
            message: `The watch was silent for ${idleTimeoutMs / 1000} s`,
          }),
        ),
      idleTimeoutMs,
    );
    try {
      return await iterator.next();
    } catch (error) {
      throw unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
