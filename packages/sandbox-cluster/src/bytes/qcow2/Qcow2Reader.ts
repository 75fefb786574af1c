import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createZstdDecompress, inflateRaw } from 'node:zlib';
import { readUpTo } from '../files';
import { parseQcow2Header, Qcow2Error, type Qcow2Header } from './header';

const OFFSET_MASK = 0x00fffffffffffe00n;
const COMPRESSED = 1n << 62n;
const ZERO = 1n;

const inflate = promisify(inflateRaw);

/** A stretch of the virtual disk that is not known to be zero. */
export interface Qcow2Data {
  /** Where on the virtual disk, in bytes. */
  offsetBytes: number;
  data: Buffer;
}

/**
 * Reads the guest's disk out of a qcow2 file, cluster by cluster, so that an
 * image of any size needs one L2 table and one cluster of memory.
 *
 * Data that a truncated file lacks reads as zero: CDI's importer does not
 * notice either (recorded with CDI 1.66).
 */
export class Qcow2Reader {
  readonly header: Qcow2Header;
  readonly #file: FileHandle;
  readonly #fileBytes: number;

  private constructor(
    file: FileHandle,
    header: Qcow2Header,
    fileBytes: number,
  ) {
    this.#file = file;
    this.header = header;
    this.#fileBytes = fileBytes;
  }

  /** @throws Qcow2Error for a file that is damaged or not supported */
  static async open(file: FileHandle): Promise<Qcow2Reader> {
    const header = parseQcow2Header(await readUpTo(file, 0, 112));
    const { size } = await file.stat();
    return new Qcow2Reader(file, header, size);
  }

  /** The clusters that hold data, in the order of the virtual disk; others are zero. */
  async *data(): AsyncGenerator<Qcow2Data> {
    const { l1Entries, l1Offset, clusterBytes, virtualBytes } = this.header;
    const entriesOfL2 = clusterBytes / 8;
    const bytesOfL1Entry = entriesOfL2 * clusterBytes;
    const l1 = await this.#readTable(l1Offset, l1Entries);
    for (let i = 0; i < l1Entries; i += 1) {
      const startBytes = i * bytesOfL1Entry;
      if (startBytes >= virtualBytes) return;
      const l2Offset = Number(l1.readBigUInt64BE(i * 8) & OFFSET_MASK);
      if (l2Offset === 0) continue;
      const l2 = await this.#readTable(l2Offset, entriesOfL2);
      for (let j = 0; j < entriesOfL2; j += 1) {
        const offsetBytes = startBytes + j * clusterBytes;
        if (offsetBytes >= virtualBytes) return;
        const data = await this.#readCluster(l2.readBigUInt64BE(j * 8));
        if (data) {
          const lengthBytes = Math.min(data.length, virtualBytes - offsetBytes);
          yield { offsetBytes, data: data.subarray(0, lengthBytes) };
        }
      }
    }
  }

  async #readTable(offset: number, entries: number): Promise<Buffer> {
    const table = Buffer.alloc(entries * 8);
    const read = await readUpTo(this.#file, offset, table.length);
    read.copy(table);
    return table;
  }

  async #readCluster(entry: bigint): Promise<Buffer | undefined> {
    const { clusterBytes, version } = this.header;
    if (entry & COMPRESSED) return this.#readCompressed(entry);
    if (version === 3 && entry & ZERO) return undefined;
    const offset = Number(entry & OFFSET_MASK);
    if (offset === 0 || offset >= this.#fileBytes) return undefined;
    return readUpTo(this.#file, offset, clusterBytes);
  }

  async #readCompressed(entry: bigint): Promise<Buffer | undefined> {
    const { clusterBits, clusterBytes, compression } = this.header;
    const offsetBits = BigInt(62 - (clusterBits - 8));
    const offset = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
    if (offset >= this.#fileBytes) return undefined;
    const compressed = await readUpTo(
      this.#file,
      offset,
      sectors * 512 - (offset % 512),
    );
    try {
      // The stream may be followed by padding, so it is told how much to give.
      return compression === 'zstd'
        ? await unzstd(compressed, clusterBytes)
        : await inflate(compressed, { maxOutputLength: clusterBytes });
    } catch (error) {
      const cut = offset + compressed.length >= this.#fileBytes;
      if (cut) return undefined;
      throw new Qcow2Error(
        `Compressed cluster at ${offset} is damaged: ${error}`,
      );
    }
  }
}

/** Padding follows the frame, which a whole-buffer call would take for another frame. */
async function unzstd(
  compressed: Buffer,
  lengthBytes: number,
): Promise<Buffer> {
  const stream = createZstdDecompress();
  stream.end(compressed);
  const parts: Buffer[] = [];
  let filled = 0;
  for await (const part of stream) {
    parts.push(part);
    filled += part.length;
    if (filled >= lengthBytes) break;
  }
  return Buffer.concat(parts, filled).subarray(0, lengthBytes);
}
