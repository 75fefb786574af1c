import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseQcow2Header } from './header';

describe('parseQcow2Header', () => {
  let v3: Buffer;

  beforeAll(async () => {
    v3 = gunzipSync(
      await readFile(join(__dirname, '../__fixtures__/v3.qcow2.gz')),
    );
  });

  /** The header with bytes of it replaced, each given as offset and hex. */
  const patched = (...patches: [number, string][]) => {
    const head = Buffer.from(v3);
    for (const [offset, hex] of patches) {
      head.write(hex, offset, 'hex');
    }
    return head;
  };

  it('reads what qemu-img wrote', () => {
    expect(parseQcow2Header(v3)).toEqual({
      version: 3,
      clusterBits: 12,
      clusterBytes: 4096,
      virtualBytes: 2 ** 20,
      l1Entries: 1,
      l1Offset: expect.any(Number),
      compression: 'deflate',
      extendedL2: false,
      encrypted: false,
      backingFile: undefined,
    });
  });

  it.each<[string, [number, string][]]>([
    ['marked as not closed', [[79, '01']]],
    ['marked as corrupt, which only forbids writing', [[79, '02']]],
    ['with an L1 table beyond its end, which reads as zeros', [[40, '70']]],
  ])('reads an image %s, as QEMU does', (_what, patches) => {
    expect(parseQcow2Header(patched(...patches)).virtualBytes).toBe(2 ** 20);
  });

  // The texts of qemu-img 7.2 for the same patches.
  it.each<[string, [number, string][]]>([
    ['Image is not in qcow2 format', [[0, '00']]],
    ['Unsupported qcow2 version 5', [[7, '05']]],
    ['Unsupported cluster size: 2^31', [[23, '1f']]],
    ['Unsupported cluster size: 2^8', [[23, '08']]],
    ['Active L1 table too large', [[36, '7f']]],
    ['Active L1 table offset invalid', [[47, '07']]],
    ['Active L1 table offset invalid', [[40, '80']]],
    ['L1 table is too small', [[36, '00000000']]],
    ['Image is too big', [[24, '7f']]],
    ['qcow2 header too short', [[103, '40']]],
    ['qcow2 header exceeds cluster size', [[100, '7f']]],
    ['qcow2: unknown compression type: 2', [[104, '02']]],
    [
      'qcow2: Compression type incompatible feature bit must be set',
      [[104, '01']],
    ],
    [
      'qcow2: Compression type incompatible feature bit must not be set',
      [[79, '08']],
    ],
    [
      'Unsupported qcow2 feature(s): Unknown incompatible feature: 40',
      [[79, '40']],
    ],
    ['Invalid backing file offset', [[8, '0000000000100000']]],
    [
      'Backing file name too long',
      [
        [8, '0000000000000200'],
        [16, '00000400'],
      ],
    ],
    // Extended L2 entries need clusters of 16 KiB: those of 8 KiB have subclusters of 256 bytes.
    [
      'Unsupported subcluster size: 256',
      [
        [79, '10'],
        [23, '0d'],
      ],
    ],
  ])('refuses with "%s"', (message, patches) => {
    expect(() => parseQcow2Header(patched(...patches))).toThrow(message);
  });

  it('refuses what it does not support', () => {
    expect(() => parseQcow2Header(patched([79, '04']))).toThrow(
      'Images with an external data file are not supported',
    );
  });

  it('refuses a header that is cut', () => {
    expect(() => parseQcow2Header(v3.subarray(0, 60))).toThrow(
      'Image is not in qcow2 format',
    );
    expect(() => parseQcow2Header(v3.subarray(0, 90))).toThrow(
      'qcow2 header too short',
    );
  });

  it('tells of a backing file and of encryption', () => {
    const head = patched(
      [8, '0000000000000200'],
      [16, '00000008'],
      [35, '01'],
      [512, Buffer.from('base.img').toString('hex')],
    );
    expect(parseQcow2Header(head)).toMatchObject({
      backingFile: 'base.img',
      encrypted: true,
    });
  });
});
