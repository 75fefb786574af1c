import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { startImageServer, type ImageServer } from '../image-server';
import { copyDisk, diskBytes, importImage, ImporterError } from '.';

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
  { name: 'v3 extended L2', args: ['-o', 'compat=1.1,extended_l2=on'] },
];

/** The whole matrix takes minutes, most of them for hashing gigabytes. */
const full = process.env.GOLDEN_IMAGES_FULL === 'true';

/** QEMU makes extended L2 entries for clusters of 16 KiB and more. */
const exists = (variant: (typeof VARIANTS)[number], clusterBytes: number) =>
  !variant.name.includes('extended') || clusterBytes >= 16 * KIB;

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
]).filter(({ variant, clusterBytes }) => exists(variant, clusterBytes));

/** Damage as offset and hex: to the header, else to the first entry of L1 or L2. */
const DAMAGE: { what: string; at: number | 'l1' | 'l2'; hex: string }[] = [
  { what: 'the version', at: 7, hex: '05' },
  { what: 'the cluster size', at: 23, hex: '1f' },
  { what: 'a virtual size of exabytes', at: 24, hex: '7f' },
  { what: 'encryption without a key', at: 35, hex: '01' },
  { what: 'the length of L1', at: 36, hex: '7f' },
  { what: 'no L1', at: 36, hex: '00000000' },
  { what: 'an L1 that is nowhere', at: 40, hex: '70' },
  { what: 'an L1 at an odd place', at: 47, hex: '07' },
  { what: 'not closed', at: 79, hex: '01' },
  { what: 'marked as corrupt', at: 79, hex: '02' },
  { what: 'a compression type without its bit', at: 104, hex: '01' },
  { what: 'an unknown compression type', at: 104, hex: '02' },
  { what: 'an unknown feature', at: 79, hex: '40' },
  { what: 'a short header', at: 103, hex: '40' },
  { what: 'a long header', at: 100, hex: '7f' },
  { what: 'an L2 at an odd place', at: 'l1', hex: '8000000000040200' },
  { what: 'an L2 that is nowhere', at: 'l1', hex: '80ff000000000000' },
  { what: 'a cluster at an odd place', at: 'l2', hex: '8000000000050200' },
  { what: 'a cluster that is nowhere', at: 'l2', hex: '80ff000000000000' },
  { what: 'a zero cluster', at: 'l2', hex: '0000000000000001' },
  { what: 'not really compressed', at: 'l2', hex: '4000000000050000' },
];

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

  /** What qemu-img, and what the importer make of a file: the sum of the disk, or nothing. */
  async function bothRead(image: string, virtualBytes: number) {
    const converted = file('converted.raw');
    const args = ['convert', '-O', 'raw', image, converted];
    const qemu =
      spawnSync('qemu-img', args).status === 0
        ? await sha256(converted)
        : undefined;
    const disk = file('disk.img');
    const ours = await importImage({
      url: `${server.url}/${basename(image)}`,
      target: disk,
      scratch: file('scratch'),
      requestBytes: virtualBytes + 16 * MIB,
      volumeMode: 'Filesystem',
    }).then(
      () => sha256(disk, virtualBytes),
      error => {
        expect(error).toBeInstanceOf(ImporterError);
        return undefined;
      },
    );
    return { qemu, ours };
  }

  describe('of damaged images', () => {
    const virtualBytes = 4 * MIB;
    let whole: Buffer;

    beforeAll(async () => {
      const image = file('served/whole.qcow2');
      execFileSync('qemu-img', ['create', '-qf', 'qcow2', image, '4M']);
      execFileSync('qemu-io', ['-c', 'write -P 65 0 1M', image]);
      whole = await readFile(image);
    });

    it.each(DAMAGE)('$what: read or refused as by QEMU', async damage => {
      const l1 = Number(whole.readBigUInt64BE(40));
      const l2 = Number(whole.readBigUInt64BE(l1) & 0xffffffffff00n);
      const at = { l1, l2 }[damage.at] ?? damage.at;
      const damaged = Buffer.from(whole);
      damaged.write(damage.hex, Number(at), 'hex');
      const image = file('served/damaged.qcow2');
      await writeFile(image, damaged);
      const { qemu, ours } = await bothRead(image, virtualBytes);
      expect(ours).toBe(qemu);
    });

    it.each([100, 70_000, 500_000, 1_000_000])(
      'truncated by %d bytes: read as by QEMU',
      async missingBytes => {
        const image = file('served/truncated.qcow2');
        await writeFile(image, whole.subarray(0, whole.length - missingBytes));
        const { qemu, ours } = await bothRead(image, virtualBytes);
        expect(qemu).toEqual(expect.any(String));
        expect(ours).toBe(qemu);
      },
    );

    it('truncated within compressed data: read or refused as by QEMU', async () => {
      const raw = file('text.raw');
      await writeFile(raw, Buffer.alloc(virtualBytes, 'text that compresses '));
      const image = file('served/truncated.qcow2');
      const args = ['convert', '-cf', 'raw', '-O', 'qcow2', raw, image];
      execFileSync('qemu-img', args);
      await truncate(image, (await stat(image)).size - 200);
      const { qemu, ours } = await bothRead(image, virtualBytes);
      expect(ours).toBe(qemu);
    });
  });

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
