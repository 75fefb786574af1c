import {
  DISK_BYTES,
  FIXTURES,
  fixture,
  gptDisk,
  isoDisc,
  patched,
  rawDisk,
} from './__testUtils__/images';
import { hex, look, withMagic } from './__testUtils__/look';

describe('identify', () => {
  const v3 = fixture('v3.qcow2');
  const page = '<!doctype html><html><body>Hello</body></html>';
  it.each(Object.entries(FIXTURES))('%s is %s', async (name, format) => {
    const bytes = fixture(name as keyof typeof FIXTURES);
    // CDI copies a fixed VHD with its footer.
    const footerBytes = name === 'fixed.vhd' ? 512 : 0;
    await expect(look(bytes)).resolves.toMatchObject({
      outcome: 'known',
      facts: { format, virtualSizeBytes: DISK_BYTES + footerBytes },
    });
  });

  it.each([
    ['raw', rawDisk(8192), 8192, 'raw'],
    ['raw of an odd length', rawDisk(8000), 8192, 'raw'],
    ['raw with a GPT', gptDisk(65536, 65536), 65536, 'raw'],
    ['a disc', isoDisc(65536, 65536), 65536, 'iso'],
    [
      'text within a disk',
      patched(rawDisk(8192), [0, hex('text')]),
      8192,
      'raw',
    ],
  ])('%s: its length is its size', async (_name, bytes, size, format) => {
    await expect(look(bytes)).resolves.toMatchObject({
      outcome: 'known',
      facts: { format, virtualSizeBytes: size },
    });
  });

  it('says what a person should know of a raw disk', async () => {
    const notes = async (bytes: Buffer) => {
      const seen = await look(bytes);
      return seen.outcome === 'known' ? seen.facts.notes.join(' ') : seen;
    };
    expect(await notes(rawDisk(8192))).toBe('');
    expect(await notes(rawDisk(8000))).toMatch(/no multiple of 512/);
    expect(await notes(Buffer.alloc(8192))).toMatch(/no known format/);
    expect(await notes(fixture('fixed.vhd'))).toMatch(/VHD of fixed size/);
  });

  it.each(
    Object.keys(FIXTURES)
      .filter(name => name !== 'fixed.vhd')
      // QEMU writes 64 KiB of nothing behind the data of a stream.
      .flatMap(name =>
        [name === 'stream.vmdk' ? 0.3 : 0.7, 0.2, 0.1].map(part => ({
          name,
          part,
        })),
      ),
  )('$name cut to $part is refused', async ({ name, part }) => {
    const bytes = fixture(name as keyof typeof FIXTURES);
    const seen = await look(bytes.subarray(0, bytes.length * part));
    expect(seen).toMatchObject({
      outcome: 'refused',
      code: expect.stringMatching(/^image-(truncated|damaged)$/),
    });
  });

  it.each([
    ['text/html; charset=utf-8', /says that it is HTML/],
    ['application/json', /JSON/],
    ['application/problem+json', /JSON/],
    ['application/xml', /XML/],
  ])('believes %s where nothing else tells', async (contentType, message) => {
    await expect(look(rawDisk(8192), { contentType })).resolves.toMatchObject({
      code: 'not-an-image',
      message: expect.stringMatching(message),
    });
    await expect(look(v3, { contentType })).resolves.toMatchObject({
      outcome: 'known',
    });
  });

  it.each([
    ['gzip', '1f8b0800'],
    ['xz', 'fd377a585a00'],
    ['zstd', '28b52ffd'],
  ])(
    'does not know the size of what is compressed with %s',
    async (name, magic) => {
      await expect(look(withMagic([0, magic]))).resolves.toMatchObject({
        outcome: 'unknown',
        code: 'compressed',
        message: expect.stringContaining(name),
      });
    },
  );

  it('does not know the size of an archive, but what is none', async () => {
    const tar = withMagic([257, hex('ustar')]);
    await expect(look(tar, { content: 'archive' })).resolves.toMatchObject({
      outcome: 'unknown',
      code: 'archive',
    });
    const html = Buffer.from(page.padEnd(5000));
    await expect(look(html, { content: 'archive' })).resolves.toMatchObject({
      outcome: 'refused',
      code: 'not-an-image',
    });
  });

  it('says when nobody knows whether a file is whole', async () => {
    const cut = v3.subarray(0, v3.length - 100_000);
    await expect(look(cut, { hidesLength: true })).resolves.toMatchObject({
      outcome: 'known',
      facts: { notes: [expect.stringMatching(/how long it is/)] },
    });
    await expect(
      look(rawDisk(8192), { hidesLength: true }),
    ).resolves.toMatchObject({ outcome: 'unknown', code: 'length-unknown' });
  });
});
