import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The bytes of Longhorn volumes: a folder a volume, in it `disk.img` (a
 * Filesystem volume that an image was imported into) or `device` (a Block
 * volume). A name that ends in `.partial` is being written. A snapshot is a
 * folder beside that of its volume, `VOLUME@SNAPSHOT`, with the same files.
 */
export class Disks {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(volumeName: string): string {
    return join(this.#folder, volumeName);
  }

  fileOf(volumeName: string, volumeMode: string | undefined): string {
    return join(
      this.folderOf(volumeName),
      volumeMode === 'Block' ? 'device' : 'disk.img',
    );
  }

  async create(volumeName: string): Promise<void> {
    await mkdir(this.folderOf(volumeName), { recursive: true });
  }

  /** Its snapshots go with it. */
  async remove(volumeName: string): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const gone = names.filter(name => name.startsWith(`${volumeName}@`));
    for (const name of [volumeName, ...gone]) {
      await rm(this.folderOf(name), { recursive: true, force: true });
    }
  }

  /** Stands for a volume wherever bytes are read. */
  snapshotOf(volumeName: string, snapshotName: string): string {
    return `${volumeName}@${snapshotName}`;
  }

  /** Files that are whole. */
  async files(volumeName: string): Promise<string[]> {
    const names = await readdir(this.folderOf(volumeName)).catch(
      () => [] as string[],
    );
    return names.filter(name => !name.endsWith('.partial'));
  }

  /** Bytes that are taken on the disk, as Longhorn's `actualSize`. */
  async usedBytes(volumeName: string): Promise<number> {
    const names = await readdir(this.folderOf(volumeName)).catch(
      () => [] as string[],
    );
    const sizes = await Promise.all(
      names.map(name =>
        stat(join(this.folderOf(volumeName), name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async all(): Promise<string[]> {
    return readdir(this.#folder).catch(() => []);
  }
}
