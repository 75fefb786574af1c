import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import images from './__fixtures__/images.json';
import {
  diskBytes,
  importImage,
  ImporterError,
  writeQcow2,
  type ImportImageOptions,
} from '.';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

const fixture = async (name: string) =>
  gunzipSync(await readFile(join(__dirname, '__fixtures__', `${name}.gz`)));
const sha256 = (bytes: Buffer) =>
  createHash('sha256').update(bytes).digest('hex');

describe('importImage', () => {
  let folder: string;
  let server: Server;
  let url: string;
  const served = new Map<
    string,
    { status?: number; bytes: Buffer; cutAt?: number }
  >();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'golden-images-import-'));
    server = createServer((request, response) => {
      const file = served.get(request.url ?? '');
      response.writeHead(file?.status ?? (file ? 200 : 404), {
        'content-length': file?.bytes.length ?? 0,
      });
      if (file?.cutAt !== undefined) {
        response.write(file.bytes.subarray(0, file.cutAt), () =>
          response.destroy(),
        );
      } else {
        response.end(file?.bytes);
      }
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await new Promise(resolve => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  function run(path: string, options: Partial<ImportImageOptions> = {}) {
    return importImage({
      url: url + path,
      target: join(folder, 'disk.img'),
      scratch: join(folder, 'scratch'),
      requestBytes: 16 * MIB,
      volumeMode: 'Filesystem',
      ...options,
    });
  }

  async function errorOf(run_: Promise<unknown>): Promise<ImporterError> {
    const error = await run_.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(ImporterError);
    return error as ImporterError;
  }

  it.each(images)(
    'gives the raw form of $file and zeros behind it',
    async ({ file, virtualBytes, rawSha256 }) => {
      served.set(`/${file}`, { bytes: await fixture(file) });
      const imported = await run(`/${file}`);
      expect(imported).toEqual({
        format: 'qcow2',
        virtualBytes,
        lengthBytes: diskBytes(virtualBytes, 16 * MIB),
      });
      const disk = await readFile(join(folder, 'disk.img'));
      expect(disk.length).toBe(imported.lengthBytes);
      expect(sha256(disk.subarray(0, virtualBytes))).toBe(rawSha256);
      expect(disk.subarray(virtualBytes).every(byte => byte === 0)).toBe(true);
    },
  );

  it('takes what has no magic as a raw disk', async () => {
    const bytes = Buffer.alloc(4096, 'raw ');
    served.set('/disk.raw', { bytes });
    await expect(run('/disk.raw')).resolves.toMatchObject({
      format: 'raw',
      virtualBytes: 4096,
    });
    expect(
      (await readFile(join(folder, 'disk.img'))).subarray(0, 4096),
    ).toEqual(bytes);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('takes an image out of %s', async (name, compress) => {
    const { file, rawSha256, virtualBytes } = images[0];
    const bytes = compress(await fixture(file));
    served.set(`/${name}`, { bytes });
    await expect(
      // The sum is that of the file as it is downloaded.
      run(`/${name}`, { checksum: `sha256:${sha256(bytes)}` }),
    ).resolves.toMatchObject({ format: 'qcow2' });
    const disk = await readFile(join(folder, 'disk.img'));
    expect(sha256(disk.subarray(0, virtualBytes))).toBe(rawSha256);
  });

  it('does not let a small file grow beyond scratch space', async () => {
    served.set('/bomb', { bytes: gzipSync(Buffer.alloc(20 * MIB)) });
    const error = await errorOf(run('/bomb'));
    expect(error.message).toMatch(/no space left on device$/);
    expect(error.conditionMessage).toBe(
      'DataVolume too small to contain image',
    );
    expect(await readdir(folder)).not.toContain('scratch');
  });

  it('reads its own qcow2 files back', async () => {
    const path = join(folder, 'own.qcow2');
    const content = Buffer.alloc(200_000, 'some text that compresses well, ');
    await writeQcow2({
      path,
      virtualBytes: MIB,
      read: (offset, length) =>
        offset < content.length
          ? content.subarray(offset, offset + length)
          : undefined,
    });
    served.set('/own', { bytes: await readFile(path) });
    await run('/own');
    const disk = await readFile(join(folder, 'disk.img'));
    expect(disk.subarray(0, content.length)).toEqual(content);
  });

  it('does not notice that a qcow2 file was truncated, as CDI does not', async () => {
    const whole = await fixture('v3.qcow2');
    served.set('/truncated', { bytes: whole.subarray(0, whole.length - 4096) });
    await expect(run('/truncated')).resolves.toMatchObject({ format: 'qcow2' });
  });

  it.each([
    [
      'a missing file',
      '/missing',
      {},
      /^Unable to connect to http data source: expected status code 200, got 404\. Status: 404 Not Found$/,
    ],
    [
      'a short page',
      '/page',
      { bytes: Buffer.from('<html>not an image</html>') },
      /^Unable to process data: Unable to obtain information about data source: could not process image header: unexpected EOF$/,
    ],
    [
      'an empty file',
      '/empty',
      { bytes: Buffer.alloc(0) },
      /^Unable to process data: Unable to obtain information about data source: could not process image header: EOF$/,
    ],
    [
      'a format that it does not read',
      '/disk.vmdk',
      { bytes: Buffer.concat([Buffer.from('KDMV'), Buffer.alloc(2000, 1)]) },
      /Invalid format vmdk for image \/scratch\/tmpimage: this sandbox reads qcow2 and raw/,
    ],
    [
      'damaged gzip',
      '/damaged.gz',
      {
        bytes: Buffer.concat([
          Buffer.from('1f8b', 'hex'),
          Buffer.alloc(2000, 1),
        ]),
      },
      /failed to pull image: /,
    ],
    [
      'a qcow2 file with a damaged header',
      '/header',
      {
        bytes: Buffer.concat([
          Buffer.from('514649fb00000005', 'hex'),
          Buffer.alloc(2000),
        ]),
      },
      /^Unable to process data: Unable to transfer source data to scratch space: qemu-img: Could not open '\/scratch\/tmpimage': Unsupported qcow2 version 5$/,
    ],
    [
      'a broken download',
      '/cut',
      { bytes: Buffer.alloc(100_000, 1), cutAt: 50_000 },
      /^Unable to process data: Unable to transfer source data to scratch space: failed to pull image: unexpected EOF$/,
    ],
    [
      'a backing file',
      '/backing',
      { fixture: 'backing.qcow2' },
      /^Unable to process data: Unable to transfer source data to scratch space: Image \/scratch\/tmpimage is invalid because it has invalid backing file \S+$/,
    ],
  ])('refuses %s in the words of CDI', async (_what, path, file, message) => {
    if ('fixture' in file)
      served.set(path, { bytes: await fixture(file.fixture) });
    else if ('bytes' in file) served.set(path, file);
    expect((await errorOf(run(path))).message).toMatch(message);
    // Nothing half written is left.
    expect(
      (await readdir(folder)).filter(name => /partial|scratch/.test(name)),
    ).toEqual([]);
  });

  it('refuses a qcow2 file with a damaged table, and leaves nothing half written', async () => {
    const bytes = await fixture('v3.qcow2');
    const l1Offset = Number(bytes.readBigUInt64BE(40));
    const l2Offset = Number(bytes.readBigUInt64BE(l1Offset) & 0xffffffffff00n);
    bytes.writeBigUInt64BE((1n << 63n) | 0x50200n, l2Offset);
    served.set('/table', { bytes });
    await rm(join(folder, 'disk.img'), { force: true });
    expect((await errorOf(run('/table'))).message).toMatch(
      /^Unable to process data: Unable to convert source data to target format: could not convert image to raw: qemu-img: .*Cluster allocation offset 0x50200 unaligned$/,
    );
    expect(await readdir(folder)).not.toContain('disk.img');
    expect(await readdir(folder)).not.toContain('disk.img.partial');
  });

  it('reads zeros where a table lies beyond the end of the file, as QEMU does', async () => {
    const bytes = await fixture('v3.qcow2');
    const l1Offset = Number(bytes.readBigUInt64BE(40));
    bytes.writeBigUInt64BE((1n << 63n) | 0x00ff000000000000n, l1Offset);
    served.set('/far', { bytes });
    await run('/far');
    const disk = await readFile(join(folder, 'disk.img'));
    expect(disk.every(byte => byte === 0)).toBe(true);
  });

  it('refuses an image that is larger than what the volume offers', async () => {
    served.set('/v3', { bytes: await fixture('v3.qcow2') });
    const error = await errorOf(run('/v3', { requestBytes: MIB }));
    expect(error.conditionMessage).toBe(
      'DataVolume too small to contain image',
    );
    expect(error.message).toMatch(
      /virtual image size 1048576 is larger than the reported available storage 1019904\. A larger PVC is required$/,
    );
  });

  it('gives a block device exactly its size', async () => {
    served.set('/v3', { bytes: await fixture('v3.qcow2') });
    await expect(
      run('/v3', { volumeMode: 'Block', requestBytes: MIB }),
    ).resolves.toMatchObject({ lengthBytes: MIB });
  });

  it('checks a checksum, and gives up when it is another one', async () => {
    const bytes = await fixture('v3.qcow2');
    served.set('/v3', { bytes });
    await expect(
      run('/v3', { checksum: `sha256:${sha256(bytes).toUpperCase()}` }),
    ).resolves.toBeDefined();
    const error = await errorOf(
      run('/v3', { checksum: `sha256:${'0'.repeat(64)}` }),
    );
    expect(error).toMatchObject({ reason: 'ChecksumError', fatal: true });
    expect(error.message).toBe(
      `Unable to process data: Unable to transfer source data to scratch space: checksum validation failed: checksum mismatch: expected sha256:${'0'.repeat(
        64,
      )}, calculated sha256:${sha256(bytes)}`,
    );
  });

  it('stops when it is told to, and leaves nothing half written', async () => {
    served.set('/large', { bytes: Buffer.alloc(5 * MIB, 7) });
    await rm(join(folder, 'disk.img'), { force: true });
    const abort = new AbortController();
    const running = run('/large', {
      bytesPerSecond: MIB,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('stopped')),
    });
    await expect(running).rejects.toThrow('stopped');
    expect(
      (await readdir(folder)).filter(name => /disk|partial|scratch/.test(name)),
    ).toEqual([]);
  });
});

describe('diskBytes', () => {
  it.each([
    // virtual, request, length
    [GIB, 10 * GIB, 9428 * MIB],
    [2 ** 20, 2 * GIB, 1885 * MIB],
    [2_000_000_000, 2 * GIB, 2_000_000_000],
  ])(
    'of %d bytes in a claim of %d is %d',
    (virtualBytes, requestBytes, expected) => {
      expect(diskBytes(virtualBytes, requestBytes)).toBe(expected);
    },
  );
});
