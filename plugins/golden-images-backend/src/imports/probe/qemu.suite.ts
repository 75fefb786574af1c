import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from './ByteSource';
import { identify } from './identify';
import { asOutcome, type ProbeOutcome } from './outcome';

const MIB = 2 ** 20;

interface Variant {
  name: string;
  format: string;
  qemu: string;
  options: string[];
}

const variant = (
  name: string,
  format: string,
  qemu: string,
  ...options: string[]
): Variant => ({ name, format, qemu, options });

const VARIANTS: Variant[] = [
  variant('qcow2 v2', 'qcow2', 'qcow2', '-o', 'compat=0.10'),
  variant('qcow2 v3', 'qcow2', 'qcow2', '-o', 'compat=1.1'),
  variant('qcow2 compressed', 'qcow2', 'qcow2', '-c'),
  variant('qcow2 zstd', 'qcow2', 'qcow2', '-c', '-o', 'compression_type=zstd'),
  variant('qcow2 extended L2', 'qcow2', 'qcow2', '-o', 'extended_l2=on'),
  variant('qcow2 512', 'qcow2', 'qcow2', '-o', 'cluster_size=512'),
  variant('qcow2 2M', 'qcow2', 'qcow2', '-o', 'cluster_size=2M'),
  variant('qcow2 metadata', 'qcow2', 'qcow2', '-o', 'preallocation=metadata'),
  variant('qcow2 falloc', 'qcow2', 'qcow2', '-o', 'preallocation=falloc'),
  variant('qcow2 lazy', 'qcow2', 'qcow2', '-o', 'lazy_refcounts=on'),
  variant('qcow2 refcount 64', 'qcow2', 'qcow2', '-o', 'refcount_bits=64'),
  variant('VMDK sparse', 'vmdk', 'vmdk', '-o', 'subformat=monolithicSparse'),
  variant('VMDK stream', 'vmdk', 'vmdk', '-o', 'subformat=streamOptimized'),
  variant('VDI dynamic', 'vdi', 'vdi'),
  variant('VDI static', 'vdi', 'vdi', '-o', 'static=on'),
  variant('VHD dynamic', 'vhd', 'vpc', '-o', 'subformat=dynamic'),
  variant('VHD by size', 'vhd', 'vpc', '-o', 'subformat=dynamic,force_size=on'),
  variant('VHD fixed', 'vhd', 'vpc', '-o', 'subformat=fixed'),
  variant(
    'VHD fixed by size',
    'vhd',
    'vpc',
    '-o',
    'subformat=fixed,force_size=on',
  ),
  variant('VHDX dynamic', 'vhdx', 'vhdx', '-o', 'subformat=dynamic'),
  variant('VHDX fixed', 'vhdx', 'vhdx', '-o', 'subformat=fixed'),
  variant('VHDX 1M blocks', 'vhdx', 'vhdx', '-o', 'block_size=1M'),
  variant('raw', 'raw', 'raw'),
];

/** Disks: with data all over, with little of it, of an odd size, and without any. */
const DISKS = [
  { name: 'full', sizeBytes: 24 * MIB, writes: ['write -P 7 0 24M'] },
  {
    name: 'sparse',
    sizeBytes: 3 * 2 ** 30,
    writes: ['write -P 7 0 64k', 'write -P 9 2G 192k'],
  },
  { name: 'odd', sizeBytes: 5 * MIB + 512, writes: ['write -P 7 5M 512'] },
  { name: 'empty', sizeBytes: 64 * MIB, writes: [] },
];

/** A file on this machine as a server with ranges would give it. */
class FileByteSource implements ByteSource {
  readonly lengthBytes: number;
  readonly #file: number;
  /** How much was read. */
  readBytes = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.lengthBytes = fstatSync(this.#file).size;
  }

  async read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const left = Math.max(0, this.lengthBytes - offsetBytes);
    const buffer = Buffer.alloc(Math.min(lengthBytes, left));
    this.readBytes += buffer.length;
    readSync(this.#file, buffer, 0, buffer.length, offsetBytes);
    return buffer;
  }

  close(): void {
    closeSync(this.#file);
  }
}

describe('what qemu-img makes', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const qemuImg = (...args: string[]) =>
    execFileSync('qemu-img', args, { encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-images-probe-'));
    for (const { name, sizeBytes, writes } of DISKS) {
      qemuImg('create', '-qf', 'raw', file(name), String(sizeBytes));
      if (writes.length === 0) continue;
      const commands = writes.flatMap(write => ['-c', write]);
      execFileSync('qemu-io', ['-f', 'raw', ...commands, file(name)]);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function look(path: string): Promise<ProbeOutcome> {
    const source = new FileByteSource(path);
    try {
      const facts = await identify(source, { content: 'kubevirt' });
      expect(source.readBytes).toBeLessThan(16 * MIB);
      return { outcome: 'known', facts };
    } catch (error) {
      return asOutcome(error);
    } finally {
      source.close();
    }
  }

  const cases = VARIANTS.flatMap(made =>
    DISKS.filter(
      // 3 GiB of bytes on disk, or ten thousands of tables, prove no more.
      disk =>
        disk.name !== 'sparse' || !/512|falloc|fixed|static/.test(made.name),
    ).map(disk => ({ made, disk })),
  );

  it.each(cases)(
    '$made.name of a $disk.name disk: format and size as by qemu-img',
    async ({ made, disk }) => {
      const image = file('image');
      const { qemu, options } = made;
      qemuImg(
        'convert',
        '-f',
        'raw',
        '-O',
        qemu,
        ...options,
        file(disk.name),
        image,
      );
      const info = JSON.parse(qemuImg('info', '--output=json', image));
      expect(await look(image)).toMatchObject({
        outcome: 'known',
        facts: {
          format: made.format,
          virtualSizeBytes: info['virtual-size'],
        },
      });
    },
  );

  // Nothing tells where raw disks end, of which a fixed VHD is one.
  it.each(VARIANTS.filter(({ name }) => !/^(raw|VHD fixed)/.test(name)))(
    '$name: refused when cut off',
    async ({ name, qemu, options }) => {
      const image = file('image');
      qemuImg(
        'convert',
        '-f',
        'raw',
        '-O',
        qemu,
        ...options,
        file('full'),
        image,
      );
      const { size } = statSync(image);
      // QEMU writes 64 KiB of nothing behind the data of a stream.
      const cuts = name === 'VMDK stream' ? [0.75, 0.5, 0.1] : [0.9, 0.5, 0.1];
      for (const part of cuts) {
        const cut = file('cut');
        copyFileSync(image, cut);
        truncateSync(cut, Math.floor((size * part) / 512) * 512);
        const seen = await look(cut);
        expect({ part, seen }).toMatchObject({
          part,
          seen: {
            outcome: 'refused',
            code: expect.stringMatching(/^image-(truncated|damaged)$/),
          },
        });
      }
    },
  );

  it.each([
    ['monolithicFlat'],
    ['twoGbMaxExtentSparse'],
    ['twoGbMaxExtentFlat'],
  ])('VMDK %s: refused, as its disk is in several files', async subformat => {
    const parts = file(subformat);
    execFileSync('mkdir', ['-p', parts]);
    qemuImg(
      'convert',
      '-O',
      'vmdk',
      '-o',
      `subformat=${subformat}`,
      file('full'),
      join(parts, 'image.vmdk'),
    );
    const sparse = /Sparse/.test(subformat);
    for (const name of readdirSync(parts)) {
      if (name !== 'image.vmdk' && !sparse) continue;
      expect({ name, seen: await look(join(parts, name)) }).toMatchObject({
        name,
        seen: { outcome: 'refused', code: 'image-unsupported' },
      });
    }
  });

  it.each([
    ['qcow2 with a backing file', ['-f', 'qcow2', '-F', 'raw', '-b', 'full']],
    ['VMDK with a parent', ['-f', 'vmdk', '-F', 'vmdk', '-b', 'parent']],
    [
      'qcow2 with an external data file',
      ['-f', 'qcow2', '-o', 'data_file=data,data_file_raw=on'],
    ],
    ['qcow2 of version 1', ['-f', 'qcow']],
    ['QED', ['-f', 'qed']],
    ['Parallels', ['-f', 'parallels']],
    // Of LUKS is a header that it once made (identify.refusals.test.ts): to make one,
    // qemu-img first measures its own CPU time, and gives up on a coarse clock.
    [
      'encrypted qcow2',
      [
        '--object',
        'secret,id=s,data=abc',
        '-f',
        'qcow2',
        '-o',
        'encrypt.format=aes,encrypt.key-secret=s',
      ],
    ],
  ])('%s: refused', async (_name, args) => {
    qemuImg('create', '-qf', 'vmdk', file('parent'), '24M');
    qemuImg(
      'create',
      '-q',
      ...args.map(arg =>
        arg === 'full' || arg === 'parent'
          ? file(arg)
          : arg.replace('=data,', `=${file('data')},`),
      ),
      file('image'),
      '24M',
    );
    expect(await look(file('image'))).toMatchObject({
      outcome: 'refused',
      code: 'image-unsupported',
    });
  });
});
