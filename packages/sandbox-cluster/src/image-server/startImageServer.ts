import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeDemoImages } from './demoImages';

export interface ImageServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

const LOGIN_PAGE = `<!doctype html><html><head><title>Sign in</title></head><body>
<h1>Sign in</h1><p>Please sign in to download files.</p>${'<!-- padding -->'.repeat(
  64,
)}
</body></html>`;

/**
 * Serves disk images over HTTP, with `HEAD` and ranges, from a folder in which
 * two demo images are made when they are missing.
 *
 * Below `/faults/` the same files misbehave: `404`, `500`, `cut` (the connection
 * ends half way), `html` (a login page with status 200). `/images/base-image.qcow2`
 * is the first demo image under the name that Longhorn's documentation uses.
 */
export async function startImageServer(options: {
  directory: string;
  host?: string;
  /** 0 takes a free one. */
  port?: number;
}): Promise<ImageServer> {
  await mkdir(options.directory, { recursive: true });
  await makeDemoImages(options.directory);
  const server = createServer((request, response) => {
    answer(options.directory, request, response).catch(() =>
      response.destroy(),
    );
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const path = decodeURIComponent(
    new URL(request.url ?? '/', 'http://localhost').pathname,
  );
  const [, fault] = /^\/faults\/([^/]+)\//.exec(path) ?? [];
  if (fault === '404' || fault === '500') {
    response.writeHead(Number(fault)).end();
    return;
  }
  if (fault === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(LOGIN_PAGE);
    return;
  }
  if (path === '/SHA256SUMS') {
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(await sums(directory));
    return;
  }
  const name =
    path === '/images/base-image.qcow2' ? 'demo-linux.qcow2' : basename(path);
  const file = join(directory, name);
  const size = await stat(file).then(
    found => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (size === undefined || name === '' || name.startsWith('.')) {
    response.writeHead(404).end();
    return;
  }
  await sendFile({ file, size, request, response, cut: fault === 'cut' });
}

async function sendFile(options: {
  file: string;
  size: number;
  request: IncomingMessage;
  response: ServerResponse;
  cut: boolean;
}) {
  const { file, size, request, response, cut } = options;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const last = cut ? start + Math.floor((end - start) / 2) : end;
  await pipeline(createReadStream(file, { start, end: last }), response, {
    end: !cut,
  });
  if (cut) response.destroy();
}

async function sums(directory: string): Promise<string> {
  const names = (await readdir(directory))
    .filter(name => /\.(qcow2|raw|img)$/.test(name))
    .sort();
  const lines = await Promise.all(
    names.map(async name => {
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(directory, name)), hash);
      return `${hash.digest('hex')}  ${name}\n`;
    }),
  );
  return lines.join('');
}
