import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_IMAGES, startImageServer, type ImageServer } from '.';

const sha256 = (bytes: Uint8Array) =>
  createHash('sha256').update(bytes).digest('hex');

describe('startImageServer', () => {
  const content = Buffer.from('0123456789'.repeat(20_000));
  let directory: string;
  let server: ImageServer;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'golden-images-server-'));
    // Small stand-ins, so that the demo's images need not be made here.
    for (const { file } of DEMO_IMAGES) {
      await writeFile(join(directory, file), `content of ${file}`);
    }
    await writeFile(join(directory, 'extra.raw'), content);
    await writeFile(join(directory, '.secret'), 'not for others');
    await writeFile(join(directory, 'half.qcow2.partial'), 'half');
    server = await startImageServer({
      directory,
      slowBytesPerSecond: 1_000_000,
    });
  });

  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const get = (path: string, init?: RequestInit) =>
    fetch(server.url + path, init);

  it('serves files of the folder by their names', async () => {
    const response = await get('/any/folder/extra.raw');
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
  });

  it('answers HEAD with the length and without the bytes', async () => {
    const response = await get('/extra.raw', { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('200000');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(await response.text()).toBe('');
  });

  it.each([
    ['bytes=3-6', 206, 'bytes 3-6/200000', '3456'],
    ['bytes=199996-', 206, 'bytes 199996-199999/200000', '6789'],
    ['bytes=-2', 206, 'bytes 199998-199999/200000', '89'],
    ['bytes=199999-300000', 206, 'bytes 199999-199999/200000', '9'],
    ['bytes=200000-', 416, 'bytes */200000', ''],
  ])('answers the range %s', async (range, status, contentRange, text) => {
    const response = await get('/extra.raw', { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(await response.text()).toBe(text);
  });

  it('has the image of the documentation, with and without faults', async () => {
    const expected = `content of ${DEMO_IMAGES[0].file}`;
    for (const path of [
      '/images/base-image.qcow2',
      '/faults/slow/images/base-image.qcow2',
    ]) {
      expect(await (await get(path)).text()).toBe(expected);
    }
  });

  it('publishes the sums of its images', async () => {
    const text = await (await get('/SHA256SUMS')).text();
    expect(text).toContain(`${sha256(content)}  extra.raw\n`);
    expect(text.trim().split('\n')).toHaveLength(DEMO_IMAGES.length + 1);
  });

  it.each([
    ['/missing.qcow2', 404],
    ['/.secret', 404],
    ['/half.qcow2.partial', 404],
    ['/', 404],
    ['/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
    ['/%', 400],
    ['/faults/404/extra.raw', 404],
    ['/faults/500/extra.raw', 500],
  ])('answers %s with %d', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('takes nothing', async () => {
    const response = await get('/extra.raw', { method: 'POST', body: 'x' });
    expect(response.status).toBe(405);
  });

  it('cuts the connection half way', async () => {
    const { length, received, ended } = await new Promise<{
      length: number;
      received: number;
      ended: boolean;
    }>((resolve, reject) => {
      request(`${server.url}/faults/cut/extra.raw`, response => {
        let bytes = 0;
        response.on('data', chunk => {
          bytes += chunk.length;
        });
        response.on('error', () => undefined);
        response.on('close', () =>
          resolve({
            length: Number(response.headers['content-length']),
            received: bytes,
            ended: response.complete,
          }),
        );
      })
        .on('error', reject)
        .end();
    });
    expect(length).toBe(200_000);
    expect(received).toBe(100_000);
    expect(ended).toBe(false);
  });

  it('answers with a login page that is long enough to be taken for a disk', async () => {
    const response = await get('/faults/html/extra.raw');
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeGreaterThan(512);
  });

  it('redirects to that page', async () => {
    const response = await get('/faults/login/extra.raw');
    expect(response.redirected).toBe(true);
    expect(await response.text()).toContain('Sign in');
  });

  it('is slow where that is asked for', async () => {
    const beganAtMs = performance.now();
    const response = await get('/faults/slow/extra.raw');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    // 200,000 bytes at 1,000,000 a second; the timer may be early by some ms.
    expect(performance.now() - beganAtMs).toBeGreaterThan(190);
  });

  it('forgets a slow answer whose client has gone', async () => {
    const slow = await startImageServer({ directory, slowBytesPerSecond: 1 });
    const gone = new AbortController();
    const response = await fetch(`${slow.url}/faults/slow/extra.raw`, {
      signal: gone.signal,
    });
    expect(response.status).toBe(200);
    gone.abort();
    await slow.close();
    await expect(response.arrayBuffer()).rejects.toThrow('aborted');
  });
});
