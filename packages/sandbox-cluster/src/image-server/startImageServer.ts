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
import { DEMO_IMAGES, makeDemoImages } from './demoImages';
import { sendFile } from './sendFile';

export interface ImageServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

export interface ImageServerOptions {
  /** Folder with the files; the demo's images are made there when they are missing. */
  directory: string;
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** How fast `/faults/slow/` answers. */
  slowBytesPerSecond?: number;
}

/** The path of the image in Longhorn's documentation of CDI imports (1.12). */
const DOCUMENTED_PATH = '/images/base-image.qcow2';
const SLOW_BYTES_PER_SECOND = 256 * 1024;

const LOGIN_PAGE = `<!doctype html><html><head><title>Sign in</title></head><body>
<h1>Sign in</h1><p>Please sign in to download files.</p>${'<!-- padding -->'.repeat(
  64,
)}
</body></html>`;

/**
 * Serves disk images over HTTP, with `HEAD` and ranges: the files of a folder by
 * their names, in whatever folder the path says they are.
 *
 * Below `/faults/` the same files misbehave: `404`, `500`, `cut` (the connection
 * ends half way), `html` (a login page with status 200), `login` (a redirect to
 * it), `slow`.
 * `/images/base-image.qcow2` is the first demo image under the name that
 * Longhorn's documentation uses.
 */
export async function startImageServer(
  options: ImageServerOptions,
): Promise<ImageServer> {
  await mkdir(options.directory, { recursive: true });
  await makeDemoImages(options.directory);
  const server = createServer((request, response) => {
    // What breaks off here is the connection; there is nobody left to tell.
    answer(options, request, response).catch(() => response.destroy());
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
  options: ImageServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const path = pathOf(request.url);
  if (path === undefined) {
    response.writeHead(400).end();
    return;
  }
  const [, fault] = /^\/faults\/([^/]+)\//.exec(path) ?? [];
  if (fault === '404' || fault === '500') {
    response.writeHead(Number(fault)).end();
  } else if (fault === 'login') {
    response.writeHead(302, { location: '/faults/html/login' }).end();
  } else if (fault === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(LOGIN_PAGE);
  } else if (path === '/SHA256SUMS') {
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(await sums(options.directory));
  } else {
    const found = await findFile(options.directory, path);
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    const { slowBytesPerSecond = SLOW_BYTES_PER_SECOND } = options;
    await sendFile({
      ...found,
      request,
      response,
      cut: fault === 'cut',
      bytesPerSecond: fault === 'slow' ? slowBytesPerSecond : undefined,
    });
  }
}

function pathOf(url = '/'): string | undefined {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
}

async function findFile(directory: string, path: string) {
  const name = path.endsWith(DOCUMENTED_PATH)
    ? DEMO_IMAGES[0].file
    : basename(path);
  // A file that is still being written is not there yet.
  if (name.startsWith('.') || name.endsWith('.partial')) return undefined;
  const file = join(directory, name);
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? { file, size: found.size } : undefined;
}

async function sums(directory: string): Promise<string> {
  const names = (await readdir(directory))
    .filter(name => /\.(qcow2|raw|img)(\.gz|\.zst)?$/.test(name))
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
