import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { isZero, writeAll, writeWhole } from '../files';
import { QCOW2_MAGIC } from './header';

const CLUSTER_BITS = 16;
const CLUSTER_BYTES = 2 ** CLUSTER_BITS;
const COPIED = 1n << 63n;
const COMPRESSED = 1n << 62n;
const compress = promisify(deflateRaw);

class Writer {
  readonly #file: FileHandle;
  readonly #virtualBytes: number;
  readonly #read: (
    offsetBytes: number,
    lengthBytes: number,
  ) => Buffer | undefined;
  /** References to each cluster of the file. */
  readonly #references: number[] = [];
  #endBytes = 0;
  /** Where the next compressed data goes, within a cluster shared by several. */
  #packBytes = 0;

  constructor(
    file: FileHandle,
    options: {
      virtualBytes: number;
      read: (offsetBytes: number, lengthBytes: number) => Buffer | undefined;
    },
  ) {
    this.#file = file;
    this.#virtualBytes = options.virtualBytes;
    this.#read = options.read;
  }

  async write() {
    const l2Entries = CLUSTER_BYTES / 8;
    const clusters = Math.ceil(this.#virtualBytes / CLUSTER_BYTES);
    const l1Entries = Math.ceil(clusters / l2Entries);
    this.#allocate(CLUSTER_BYTES); // the header
    const l1Offset = this.#allocate(l1Entries * 8);
    const l1 = Buffer.alloc(l1Entries * 8);
    for (let i = 0; i < l1Entries; i += 1) {
      const l2 = Buffer.alloc(CLUSTER_BYTES);
      for (let j = 0; j < l2Entries && i * l2Entries + j < clusters; j += 1) {
        const entry = await this.#writeCluster(
          (i * l2Entries + j) * CLUSTER_BYTES,
        );
        l2.writeBigUInt64BE(entry, j * 8);
      }
      if (isZero(l2)) continue;
      const l2Offset = this.#allocate(CLUSTER_BYTES);
      await writeAll(this.#file, l2, l2Offset);
      l1.writeBigUInt64BE(COPIED | BigInt(l2Offset), i * 8);
    }
    await writeAll(this.#file, l1, l1Offset);
    await this.#finish(l1Offset, l1Entries);
  }

  #allocate(bytes: number): number {
    const offset = this.#endBytes;
    const clusters = Math.ceil(bytes / CLUSTER_BYTES);
    for (let i = 0; i < clusters; i += 1) this.#references.push(1);
    this.#endBytes += clusters * CLUSTER_BYTES;
    return offset;
  }

  async #writeCluster(offsetBytes: number): Promise<bigint> {
    const data = this.#read(offsetBytes, CLUSTER_BYTES);
    if (!data || isZero(data)) return 0n;
    const whole = Buffer.alloc(CLUSTER_BYTES);
    data.copy(whole);
    const compressed = await compress(whole, { windowBits: 12 });
    if (compressed.length < CLUSTER_BYTES * 0.9)
      return this.#writeCompressed(compressed);
    const offset = this.#allocate(CLUSTER_BYTES);
    await writeAll(this.#file, whole, offset);
    return COPIED | BigInt(offset);
  }

  async #writeCompressed(data: Buffer): Promise<bigint> {
    // Packed one behind the other; data may not cross into a cluster of another use.
    const packed = this.#packBytes % CLUSTER_BYTES;
    if (packed === 0 || packed + data.length > CLUSTER_BYTES) {
      this.#packBytes = this.#allocate(CLUSTER_BYTES);
    } else {
      this.#references[Math.floor(this.#packBytes / CLUSTER_BYTES)] += 1;
    }
    const offset = this.#packBytes;
    await writeAll(this.#file, data, offset);
    this.#packBytes = offset + data.length;
    const lastSector = Math.floor((offset + data.length - 1) / 512);
    const moreSectors = lastSector - Math.floor(offset / 512);
    const offsetBits = BigInt(62 - (CLUSTER_BITS - 8));
    return COMPRESSED | (BigInt(moreSectors) << offsetBits) | BigInt(offset);
  }

  async #finish(l1Offset: number, l1Entries: number) {
    const blockEntries = (CLUSTER_BYTES * 8) / 16;
    const tableOffset = this.#allocate(CLUSTER_BYTES);
    const table = Buffer.alloc(CLUSTER_BYTES);
    let blocks = 0;
    // The blocks count themselves, so there may be one more after the last is made.
    while (blocks * blockEntries < this.#references.length) {
      table.writeBigUInt64BE(BigInt(this.#allocate(CLUSTER_BYTES)), blocks * 8);
      blocks += 1;
    }
    for (let i = 0; i < blocks; i += 1) {
      const block = Buffer.alloc(CLUSTER_BYTES);
      for (let j = 0; j < blockEntries; j += 1) {
        block.writeUInt16BE(this.#references[i * blockEntries + j] ?? 0, j * 2);
      }
      const offset = Number(table.readBigUInt64BE(i * 8));
      await writeAll(this.#file, block, offset);
    }
    await writeAll(this.#file, table, tableOffset);
    const header = Buffer.alloc(112);
    header.writeUInt32BE(QCOW2_MAGIC, 0);
    header.writeUInt32BE(3, 4);
    header.writeUInt32BE(CLUSTER_BITS, 20);
    header.writeBigUInt64BE(BigInt(this.#virtualBytes), 24);
    header.writeUInt32BE(l1Entries, 36);
    header.writeBigUInt64BE(BigInt(l1Offset), 40);
    header.writeBigUInt64BE(BigInt(tableOffset), 48);
    header.writeUInt32BE(1, 56);
    header.writeUInt32BE(4, 96); // refcounts of 16 bits
    header.writeUInt32BE(112, 100);
    await writeAll(this.#file, header, 0);
    await this.#file.truncate(this.#endBytes);
  }
}

/**
 * Writes a qcow2 file (version 3, 64 KiB clusters) that QEMU reads and checks
 * without complaint. Zero clusters are left out; others are compressed where
 * that makes them smaller.
 *
 * @param read - gives the cluster at an offset of the virtual disk, `undefined` for zeros
 */
export async function writeQcow2(options: {
  path: string;
  virtualBytes: number;
  read: (offsetBytes: number, lengthBytes: number) => Buffer | undefined;
}): Promise<void> {
  await writeWhole(options.path, file => new Writer(file, options).write());
}
