import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writesSettled, writeWhole } from './files';

describe('writeWhole', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('shows a file once it is whole', async () => {
    await writeWhole(join(folder, 'disk'), async file => {
      await file.write('half');
      expect(await readdir(folder)).toEqual(['disk.partial']);
      await file.write(' and half');
    });
    expect(await readdir(folder)).toEqual(['disk']);
    expect(await readFile(join(folder, 'disk'), 'utf8')).toBe('half and half');
  });

  it('leaves nothing once what was interrupted has settled', async () => {
    const stop = new AbortController();
    const begun = new Promise<void>(resolve => {
      writeWhole(join(folder, 'disk'), async file => {
        await file.write('half');
        resolve();
        await new Promise((_, reject) =>
          stop.signal.addEventListener('abort', () =>
            reject(stop.signal.reason),
          ),
        );
      }).catch(() => undefined);
    });
    await begun;
    expect(await readdir(folder)).toEqual(['disk.partial']);

    stop.abort();
    await writesSettled();
    expect(await readdir(folder)).toEqual([]);
  });

  it('settles at once when nothing is being written', async () => {
    await expect(writesSettled()).resolves.toBeUndefined();
  });
});
