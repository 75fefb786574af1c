import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQcow2Header } from '../bytes/qcow2/header';
import { Qcow2Reader } from '../bytes/qcow2/Qcow2Reader';
import { DEMO_IMAGES, makeDemoImages } from './demoImages';

/** Sums of the disks, as `qemu-img convert -O raw` gives them: the same on every machine. */
const DISKS: Record<string, string> = {
  'demo-linux.qcow2':
    '725417fa98b8c3bfc23ae89aa9c1f911a47afc40ca7c1f6d7891f0097e035aab',
  'demo-server.qcow2':
    '514410b717fedb988e599bd0005d665f035bde568af02dd5ef2ce20862f75029',
};
const MIB = 2 ** 20;

/** The disk in order, with the zeros between what the image has. */
async function sumOfDisk(reader: Qcow2Reader, virtualBytes: number) {
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(MIB);
  let at = 0;
  const zerosUntil = (end: number) => {
    for (; at < end; at += Math.min(MIB, end - at)) {
      hash.update(zeros.subarray(0, Math.min(MIB, end - at)));
    }
  };
  let first: Buffer | undefined;
  let last = Buffer.alloc(0);
  for await (const { offsetBytes, data } of reader.data()) {
    zerosUntil(offsetBytes);
    hash.update(data);
    at += data.length;
    first ??= data;
    last = data;
  }
  zerosUntil(virtualBytes);
  return {
    sum: hash.digest('hex'),
    beginning: first?.toString('utf8', 0, 100),
    end: last.toString('utf8', last.length - 512),
  };
}

describe('makeDemoImages', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'golden-images-demo-'));
    await makeDemoImages(directory);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true }));

  it.each(DEMO_IMAGES)('makes $file, small and real', async image => {
    const path = join(directory, image.file);
    const header = parseQcow2Header(
      (await readFile(path)).subarray(0, 64 * 1024),
    );
    expect(header.virtualBytes).toBe(image.virtualBytes);
    expect((await stat(path)).size).toBeLessThan(image.virtualBytes / 2);

    const file = await open(path);
    const reader = await Qcow2Reader.open(file, header);
    const { sum, beginning, end } = await sumOfDisk(reader, image.virtualBytes);
    await file.close();
    expect(sum).toBe(DISKS[image.file]);
    expect(beginning).toContain(image.title);
    expect(end).toContain(`end of ${image.title}\n`);
  });

  it('leaves an image alone that is there', async () => {
    const path = join(directory, DEMO_IMAGES[0].file);
    await utimes(path, 1, 1);
    await makeDemoImages(directory);
    expect((await stat(path)).mtimeMs).toBe(1000);
  });
});
