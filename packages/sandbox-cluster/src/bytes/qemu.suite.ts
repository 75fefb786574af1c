import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startImageServer, type ImageServer } from '../image-server';
import { copyDisk, diskBytes, importImage } from '.';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Virtual sizes, from one that ends inside of a cluster to 1 GiB. */
const VIRTUAL_SIZES = [MIB, 3 * MIB + 512, 64 * MIB, GIB];
const CLUSTER_SIZES = [512, 4 * KIB, 64 * KIB, 2 * MIB];
const ALL_CLUSTER_SIZES = [
  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
].map(bits => 2 ** bits);
const VARIANTS = [
  { name: 'v2', args: ['-o', 'compat=0.10'] },
  { name: 'v3', args: ['-o', 'compat=1.1'] },
  { name: 'v2 compressed', args: ['-c', '-o', 'compat=0.10'] },
  { name: 'v3 compressed', args: ['-c', '-o', 'compat=1.1'] },
  { name: 'v3 zstd', args: ['-c', '-o', 'compat=1.1,compression_type=zstd'] },
];

/** The whole matrix takes minutes, most of them for hashing gigabytes. */
const full = process.env.GOLDEN_IMAGES_FULL === 'true';

const cases = VARIANTS.flatMap(variant => [
  ...ALL_CLUSTER_SIZES.map(clusterBytes => ({
    variant,
    clusterBytes,
    virtualBytes: 8 * MIB,
  })),
  ...VIRTUAL_SIZES.flatMap(virtualBytes =>
    CLUSTER_SIZES.filter(
      // Small clusters make a gigabyte slow for QEMU itself.
      clusterBytes => virtualBytes < GIB || clusterBytes >= 64 * KIB,
    )
      .filter(
        clusterBytes =>
          full ||
          virtualBytes < 64 * MIB ||
          (clusterBytes === 64 * KIB && /v2$|v3 compressed/.test(variant.name)),
      )
      .map(clusterBytes => ({ variant, clusterBytes, virtualBytes })),
  ),
]);

describe('imports against qemu-img', () => {
  let folder: string;
  let server: ImageServer;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'golden-images-bytes-'));
    server = await startImageServer({ directory: file('served') });
  });

  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function sha256(path: string, lengthBytes?: number) {
    const hash = createHash('sha256');
    await pipeline(
      createReadStream(
        path,
        lengthBytes === undefined ? {} : { end: lengthBytes - 1 },
      ),
      hash,
    );
    return hash.digest('hex');
  }

  /** A raw disk with text, noise, and large holes. */
  async function makeRaw(path: string, virtualBytes: number) {
    const disk = await open(path, 'w');
    await disk.truncate(virtualBytes);
    for (let i = 0; i < 40; i += 1) {
      const seed = createHash('sha512').update(`${virtualBytes}:${i}`).digest();
      const at = Number(seed.readBigUInt64BE(0) % BigInt(virtualBytes));
      const length = Math.min(seed.readUInt16BE(8) + 1, virtualBytes - at);
      const data =
        i % 2 === 0
          ? createHash('shake256', { outputLength: length })
              .update(seed)
              .digest()
          : Buffer.alloc(length, `text ${i} `);
      await disk.write(data, 0, length, at);
    }
    await disk.close();
  }

  it.each(cases)(
    '$variant.name, clusters of $clusterBytes, disk of $virtualBytes bytes',
    async ({ variant, clusterBytes, virtualBytes }) => {
      const raw = file(`raw-${virtualBytes}`);
      await stat(raw).catch(() => makeRaw(raw, virtualBytes));
      const options = `${variant.args.at(-1)},cluster_size=${clusterBytes}`;
      const image = file('served/image.qcow2');
      execFileSync('qemu-img', [
        'convert',
        '-f',
        'raw',
        '-O',
        'qcow2',
        ...variant.args.slice(0, -1),
        options,
        raw,
        image,
      ]);

      const disk = file('disk.img');
      const requestBytes = Math.ceil(virtualBytes * 1.2) + 16 * MIB;
      const imported = await importImage({
        url: `${server.url}/image.qcow2`,
        target: disk,
        scratch: file('scratch'),
        requestBytes,
        volumeMode: 'Filesystem',
      });

      // QEMU rounds a disk up to whole sectors; the raw form it gives is what counts.
      const converted = file('converted.raw');
      execFileSync('qemu-img', ['convert', '-O', 'raw', image, converted]);
      const convertedBytes = (await stat(converted)).size;
      expect(imported.virtualBytes).toBe(convertedBytes);
      expect((await stat(disk)).size).toBe(
        diskBytes(convertedBytes, requestBytes),
      );
      expect(await sha256(disk, convertedBytes)).toBe(await sha256(converted));
      // The rest is zero: the same as the converted file grown with a hole.
      await truncate(converted, (await stat(disk)).size);
      const whole = await sha256(disk);
      expect(whole).toBe(await sha256(converted));

      await copyDisk({ from: disk, to: file('clone-1') });
      await copyDisk({ from: disk, to: file('clone-2') });
      expect(await sha256(file('clone-1'))).toBe(whole);
      const clone = await open(file('clone-1'), 'r+');
      await clone.write(Buffer.alloc(4 * KIB, 0xa5), 0, 4 * KIB, 0);
      await clone.close();
      expect(await sha256(file('clone-1'))).not.toBe(whole);
      expect(await sha256(file('clone-2'))).toBe(whole);
      expect(await sha256(disk)).toBe(whole);
    },
    120_000,
  );

  it('makes images that qemu-img finds nothing wrong with', () => {
    for (const name of ['demo-linux.qcow2', 'demo-server.qcow2']) {
      const check = JSON.parse(
        execFileSync(
          'qemu-img',
          ['check', '--output=json', file(`served/${name}`)],
          { encoding: 'utf8' },
        ),
      );
      expect(check).toMatchObject({ 'check-errors': 0 });
      expect(check).not.toHaveProperty('corruptions');
      expect(check).not.toHaveProperty('leaks');
    }
  });
});
