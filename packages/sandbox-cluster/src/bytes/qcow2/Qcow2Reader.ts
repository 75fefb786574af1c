import type { FileHandle } from 'node:fs/promises';
import { readUpTo } from '../files';
import { decompressCluster } from './decompressCluster';
import { Qcow2Error, type Qcow2Header } from './header';
import { entriesOfL2, l2Offset, piecesOf, type Piece } from './l2Table';

/** Clusters that lie one behind the other are read together, up to this. */
const RUN_BYTES = 1024 * 1024;
/** Compressed clusters are small and close together: read so many bytes at once. */
const WINDOW_BYTES = 1024 * 1024;

/** A stretch of the virtual disk that is not known to be zero. */
export interface Qcow2Data {
  /** Where on the virtual disk, in bytes. */
  offsetBytes: number;
  data: Buffer;
}

/**
 * Reads the guest's disk out of a qcow2 file, stretch by stretch, so that an
 * image of any size needs an L1 table, one L2 table and a few MiB of memory.
 *
 * What a truncated file lacks reads as zero, as in QEMU: CDI's importer does not
 * notice it (recorded with CDI 1.66).
 */
export class Qcow2Reader {
  readonly #header: Qcow2Header;
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  #window = { offset: 0, data: Buffer.alloc(0) };

  private constructor(
    file: FileHandle,
    header: Qcow2Header,
    fileBytes: number,
  ) {
    this.#file = file;
    this.#header = header;
    this.#fileBytes = fileBytes;
  }

  /** @throws Qcow2Error for an image that is not whole in this file, or not readable without a key */
  static async open(
    file: FileHandle,
    header: Qcow2Header,
  ): Promise<Qcow2Reader> {
    if (header.backingFile !== undefined) {
      throw new Qcow2Error('Images with a backing file are not supported');
    }
    if (header.encrypted) {
      throw new Qcow2Error(
        "Parameter 'encrypt.key-secret' is required for cipher",
      );
    }
    const { size } = await file.stat();
    return new Qcow2Reader(file, header, size);
  }

  /**
   * The stretches that hold data, in the order of the virtual disk; others are zero.
   *
   * @throws Qcow2Error for a damaged table or cluster
   */
  async *data(): AsyncGenerator<Qcow2Data> {
    let run: Piece | undefined;
    for await (const piece of this.#pieces()) {
      if (run && continues(run, piece)) {
        run.lengthBytes += piece.lengthBytes;
        continue;
      }
      if (run) yield* this.#read(run);
      run = { ...piece };
    }
    if (run) yield* this.#read(run);
  }

  async *#pieces(): AsyncGenerator<Piece> {
    const { l1Entries, l1Offset, clusterBytes, virtualBytes } = this.#header;
    const bytesOfL1Entry = entriesOfL2(this.#header) * clusterBytes;
    const needed = Math.min(
      l1Entries,
      Math.ceil(virtualBytes / bytesOfL1Entry),
    );
    const l1 = await this.#readTable(l1Offset, needed * 8);
    for (let i = 0; i < needed; i += 1) {
      const offset = l2Offset(this.#header, l1.readBigUInt64BE(i * 8));
      if (offset === 0) continue;
      const l2 = await this.#readTable(offset, clusterBytes);
      yield* piecesOf(this.#header, l2, i * bytesOfL1Entry);
    }
  }

  async #readTable(offset: number, lengthBytes: number): Promise<Buffer> {
    const table = Buffer.alloc(lengthBytes);
    if (offset < this.#fileBytes) {
      (await readUpTo(this.#file, offset, lengthBytes)).copy(table);
    }
    return table;
  }

  async *#read(piece: Piece): AsyncGenerator<Qcow2Data> {
    const { offsetBytes, hostOffset, compressedBytes } = piece;
    const lengthBytes = Math.min(
      piece.lengthBytes,
      this.#header.virtualBytes - offsetBytes,
    );
    if (compressedBytes !== undefined) {
      const compressed = await this.#readCompressed(
        hostOffset,
        compressedBytes,
      );
      const data = await decompressCluster(this.#header, compressed);
      yield { offsetBytes, data: data.subarray(0, lengthBytes) };
    } else if (hostOffset < this.#fileBytes) {
      yield {
        offsetBytes,
        data: await readUpTo(this.#file, hostOffset, lengthBytes),
      };
    }
  }

  async #readCompressed(offset: number, lengthBytes: number): Promise<Buffer> {
    if (offset >= this.#fileBytes) return Buffer.alloc(0);
    const end = Math.min(offset + lengthBytes, this.#fileBytes);
    const window = this.#window;
    if (offset < window.offset || end > window.offset + window.data.length) {
      const wanted = Math.max(end - offset, WINDOW_BYTES);
      const data = await readUpTo(this.#file, offset, wanted);
      this.#window = { offset, data };
    }
    const found = this.#window.data.subarray(
      offset - this.#window.offset,
      end - this.#window.offset,
    );
    // As QEMU reads: behind the end of the file are zeros.
    return found.length < lengthBytes
      ? Buffer.concat([found], lengthBytes)
      : found;
  }
}

function continues(run: Piece, piece: Piece): boolean {
  return (
    run.compressedBytes === undefined &&
    piece.compressedBytes === undefined &&
    run.offsetBytes + run.lengthBytes === piece.offsetBytes &&
    run.hostOffset + run.lengthBytes === piece.hostOffset &&
    run.lengthBytes + piece.lengthBytes <= RUN_BYTES
  );
}
