import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyDisk } from '.';

const MIB = 2 ** 20;
const BTRFS = 0x9123683e;

jest.mock('node:fs/promises', () => ({
  ...jest.requireActual('node:fs/promises'),
  statfs: jest.fn(jest.requireActual('node:fs/promises').statfs),
}));

describe('copyDisk', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'golden-images-copy-'));
    const source = await open(file('from'), 'w');
    await source.truncate(32 * MIB);
    await source.write(Buffer.alloc(10_000, 'begin'), 0, 10_000, 0);
    await source.write(Buffer.alloc(10_000, 'end'), 0, 10_000, 30 * MIB);
    await source.sync();
    await source.close();
  });

  afterEach(() => rm(folder, { recursive: true }));

  const equal = async () =>
    (await readFile(file('to'))).equals(await readFile(file('from')));

  it('copies in full and keeps holes', async () => {
    const seen: number[] = [];
    await copyDisk({
      from: file('from'),
      to: file('to'),
      onProgress: ({ copiedBytes, dataBytes }) =>
        seen.push(copiedBytes / dataBytes),
    });
    expect(await equal()).toBe(true);
    expect((await stat(file('to'))).blocks * 512).toBeLessThan(MIB);
    expect(seen.length).toBeGreaterThan(0);
    expect(
      seen.every((share, i) => share <= 1 && share >= (seen[i - 1] ?? 0)),
    ).toBe(true);
  });

  it('gives a file of its own: what is written into it is nowhere else', async () => {
    await copyDisk({ from: file('from'), to: file('to') });
    const before = await readFile(file('from'));
    const clone = await open(file('to'), 'r+');
    await clone.write(Buffer.alloc(4096, 0xa5), 0, 4096, 0);
    await clone.close();
    expect(await equal()).toBe(false);
    expect((await readFile(file('from'))).equals(before)).toBe(true);
  });

  it('reads all of it where the file system counts fewer blocks than there is data', async () => {
    // As on btrfs or ZFS with compression.
    jest
      .mocked(fs.statfs)
      .mockResolvedValueOnce({ type: BTRFS } as unknown as never);
    const handle = await open(file('from'));
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const stats = await stat(file('from'));
    const counting = jest
      .spyOn(prototype, 'stat')
      .mockResolvedValue(Object.assign(stats, { blocks: 1 }));
    try {
      await copyDisk({ from: file('from'), to: file('to') });
    } finally {
      counting.mockRestore();
    }
    expect(await equal()).toBe(true);
  });

  it('grows a copy with zeros', async () => {
    await copyDisk({
      from: file('from'),
      to: file('to'),
      lengthBytes: 40 * MIB,
    });
    const copy = await readFile(file('to'));
    expect(copy).toHaveLength(40 * MIB);
    expect(copy.subarray(32 * MIB).every(byte => byte === 0)).toBe(true);
  });

  it('keeps to a rate', async () => {
    const beganAtMs = performance.now();
    // Both parts that hold data are of 4 MiB.
    await copyDisk({
      from: file('from'),
      to: file('to'),
      bytesPerSecond: 80 * MIB,
    });
    expect(performance.now() - beganAtMs).toBeGreaterThan(95);
    expect(await equal()).toBe(true);
  });

  it('stops when it is told to, and leaves nothing half written', async () => {
    const abort = new AbortController();
    let copied = 0;
    await expect(
      copyDisk({
        from: file('from'),
        to: file('to'),
        bytesPerSecond: 80 * MIB,
        signal: abort.signal,
        onProgress: progress => {
          copied = progress.copiedBytes;
          abort.abort(new Error('stopped'));
        },
      }),
    ).rejects.toThrow('stopped');
    expect(copied).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['from']);
  });
});
