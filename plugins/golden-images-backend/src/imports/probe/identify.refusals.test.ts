import { fixture, gptDisk, isoDisc, patched } from './__testUtils__/images';
import { hex, look, withMagic } from './__testUtils__/look';

/** The header's extension of an image made by `qemu-img create -o encrypt.format=luks`. */
const LUKS_AT = '0537be7700000010000000000004000000000000001f9000';

describe('identify refuses', () => {
  const v3 = fixture('v3.qcow2');
  const vmdk = fixture('sparse.vmdk');
  const vdi = fixture('dynamic.vdi');
  const vhd = fixture('dynamic.vhd');
  const vhdx = fixture('dynamic.vhdx');
  const descriptor = '# Disk DescriptorFile\nversion=1\nparentCID=ffffffff\n';
  it.each([
    [
      'a backing file',
      fixture('backing.qcow2'),
      'image-unsupported',
      /differs from another file/,
    ],
    [
      'version 1',
      patched(v3, [4, '00000001']),
      'image-unsupported',
      /version 1/,
    ],
    [
      'version 9',
      patched(v3, [4, '00000009']),
      'image-unsupported',
      /version 9/,
    ],
    ['encryption', patched(v3, [35, '01']), 'image-unsupported', /encrypted/],
    [
      'LUKS, with where its header is, as by qemu-img 7.2',
      patched(v3, [35, '02'], [112, LUKS_AT]),
      'image-unsupported',
      /encrypted/,
    ],
    [
      'an external data file',
      patched(v3, [79, '04']),
      'image-unsupported',
      /data in another file/,
    ],
    [
      'unknown features',
      patched(v3, [79, '40']),
      'image-unsupported',
      /features/,
    ],
    [
      'absurd clusters',
      patched(v3, [20, '0000001f']),
      'image-damaged',
      /2\^31/,
    ],
    [
      'absurd L1',
      patched(v3, [36, '7fffffff']),
      'image-damaged',
      /beyond all measure/,
    ],
    [
      'a too small L1',
      patched(v3, [36, '00000000']),
      'image-damaged',
      /too small/,
    ],
    ['an odd L1', patched(v3, [47, '07']), 'image-damaged', /odd place/],
    [
      'L1 nowhere',
      patched(v3, [40, '0001000000000000']),
      'image-truncated',
      /goes on until byte/,
    ],
    [
      'no size',
      patched(v3, [24, '0000000000000000']),
      'image-damaged',
      /0 bytes/,
    ],
    [
      'exabytes',
      patched(v3, [24, '7fffffffffffffff']),
      'image-damaged',
      /beyond anything/,
    ],
    [
      'petabytes',
      patched(v3, [24, '000f000000000000']),
      'image-damaged',
      /too small/,
    ],
    [
      'absurd references',
      patched(v3, [56, '7fffffff']),
      'image-damaged',
      /references/,
    ],
    [
      'a short header',
      patched(v3, [100, '00000040']),
      'image-damaged',
      /header has 64/,
    ],
    [
      'a list of VMDK files',
      Buffer.from(descriptor.padEnd(600)),
      'image-unsupported',
      /several files/,
    ],
    [
      'a VMDK with a parent',
      patched(vmdk, [vmdk.indexOf('parentCID=ffff') + 10, hex('00001234')]),
      'image-unsupported',
      /differs from another/,
    ],
    [
      'a VMDK extent',
      patched(vmdk, [512, '00'.repeat(64)]),
      'image-unsupported',
      /several files/,
    ],
    [
      'a VMDK of two extents',
      patched(vmdk, [vmdk.indexOf('createType="mono') + 12, hex('twoGb')]),
      'image-unsupported',
      /several files/,
    ],
    [
      'a VMDK of version 7',
      patched(vmdk, [4, '07']),
      'image-damaged',
      /version 7/,
    ],
    [
      'a VMDK without grains',
      patched(vmdk, [20, '0000000000000000']),
      'image-damaged',
      /contradicts/,
    ],
    [
      'a VMDK stream without end',
      patched(fixture('stream.vmdk'), [56, 'ffffffffffffffff']),
      'image-truncated',
      /footer at its end/,
    ],
    [
      'a VDI of another version',
      patched(vdi, [0x44, '00']),
      'image-unsupported',
      /1\.1/,
    ],
    [
      'a VDI with a parent',
      patched(vdi, [0x1b8, '01']),
      'image-unsupported',
      /differs/,
    ],
    [
      'a VDI of odd blocks',
      patched(vdi, [0x178, '01']),
      'image-damaged',
      /contradicts/,
    ],
    [
      'a differencing VHD',
      patched(vhd, [60, '00000004']),
      'image-unsupported',
      /differs/,
    ],
    [
      'a VHD of unknown type',
      patched(vhd, [60, '00000009']),
      'image-damaged',
      /type 9/,
    ],
    [
      'a VHD without blocks',
      patched(vhd, [512 + 28, '00000000']),
      'image-damaged',
      /contradicts/,
    ],
    [
      'a VHDX without headers',
      patched(vhdx, [0x10000, '00'], [0x20000, '00']),
      'image-damaged',
      /no header/,
    ],
    [
      'a VHDX without tables',
      patched(vhdx, [0x30000, '00'], [0x40000, '00']),
      'image-damaged',
      /list of its tables/,
    ],
    [
      'a cut disc',
      isoDisc(65536, 131072),
      'image-truncated',
      /until byte 131072/,
    ],
    [
      'a cut raw disk',
      gptDisk(65536, 131072),
      'image-truncated',
      /until byte 131072/,
    ],
    ['zip', withMagic([0, '504b0304']), 'image-unsupported', /zip/],
    ['7z', withMagic([0, '377abcaf271c']), 'image-unsupported', /7z/],
    ['bzip2', withMagic([0, hex('BZh9')]), 'image-unsupported', /bzip2/],
    ['tar', withMagic([257, hex('ustar')]), 'image-unsupported', /tar/],
    ['QED', withMagic([0, hex('QED\0')]), 'image-unsupported', /QED/],
    [
      'Parallels',
      withMagic([0, hex('WithouFreSpacExt')]),
      'image-unsupported',
      /Parallels/,
    ],
    [
      'old Parallels',
      withMagic([0, hex('WithoutFreeSpace')]),
      'image-unsupported',
      /Parallels/,
    ],
    ['sparse of ESX', withMagic([0, hex('COWD')]), 'image-unsupported', /ESX/],
  ] as const)('refuses %s', async (_name, bytes, code, message) => {
    await expect(look(bytes)).resolves.toEqual({
      outcome: 'refused',
      code,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/^[A-Z].*[^.]$/),
    });
  });

  const page = '<!doctype html><html><body>Hello</body></html>';
  it.each([
    ['HTML', Buffer.from(page.padEnd(5000)), /HTML page, not/],
    [
      'a page to sign in',
      Buffer.from(`  <HTML><title>Sign in</title>`.padEnd(5000)),
      /to sign in/,
    ],
    [
      'HTML in UTF-16',
      Buffer.from(`\ufeff${page}`.padEnd(5000), 'utf16le'),
      /HTML/,
    ],
    ['XML', Buffer.from('<?xml version="1.0"?><Error>'.padEnd(5000)), /XML/],
    ['JSON', Buffer.from('{"error": "no"}'.padEnd(5000)), /JSON/],
    ['text', Buffer.from('404 page not found\n'.repeat(300)), /a text, not/],
    [
      'text in other languages',
      Buffer.from('Bitte anmelden: früh 日本\n'.repeat(300)),
      /a text, not/,
    ],
    [
      'Git LFS',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid 1'),
      /Git LFS/,
    ],
    ['a short text', Buffer.from('no such file'), /text of 12 bytes/],
    ['few bytes', Buffer.alloc(511), /only 511 bytes/],
    ['nothing', Buffer.alloc(0), /empty/],
    ['PDF', withMagic([0, hex('%PDF-1.7')]), /PDF/],
  ])('%s is not an image', async (_name, bytes, message) => {
    const refused = {
      outcome: 'refused',
      code: 'not-an-image',
      message: expect.stringMatching(message),
    };
    await expect(look(bytes)).resolves.toMatchObject(refused);
  });
});
