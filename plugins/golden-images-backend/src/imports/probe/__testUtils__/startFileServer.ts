import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
) => void;

/** Answers a request for a part of a file, as most servers do. */
export const withRanges =
  (bytes: Buffer, headers: Record<string, string> = {}): Answer =>
  (request, response) => {
    const [, first, last] =
      /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const end = Number(first) + part.length - 1;
    response.writeHead(206, {
      'content-range': `bytes ${first}-${end}/${bytes.length}`,
      'content-length': part.length,
      ...headers,
    });
    response.end(part);
  };

/** Answers with all of a file. */
export const whole =
  (bytes: Buffer, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length, ...headers });
    response.end(bytes);
  };

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end();

/** A web server on this machine that answers by path; it remembers what it was asked. */
export async function startFileServer(answers: Record<string, Answer>) {
  const asked: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(request);
    const answer = answers[request.url ?? ''] ?? status(404);
    answer(request, response);
  };
  const server = createServer(listener);
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    answers,
    port,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
