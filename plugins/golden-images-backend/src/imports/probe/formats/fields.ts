import type { ImageFormat } from '@golden-images/plugin-golden-images-common';
import { Unreadable, type ByteSource } from '../ByteSource';
import { ImageRefused } from '../outcome';

export const SECTOR_BYTES = 512;
export const MIB = 2 ** 20;

const NAMES: Record<ImageFormat, string> = {
  qcow2: 'qcow2',
  raw: 'raw',
  iso: 'ISO 9660',
  vmdk: 'VMDK',
  vdi: 'VDI',
  vhd: 'VHD',
  vhdx: 'VHDX',
};

/** The end of the tables of a header that may be read to learn where the data ends. */
export const LARGEST_TABLE_BYTES = 2 * MIB;

export const damaged = (format: ImageFormat, what: string) =>
  new ImageRefused({
    code: 'image-damaged',
    message: `the file begins as ${NAMES[format]}, but ${what}`,
    remedy: 'Make the image again, or upload it again',
  });

export const unsupported = (message: string, remedy: string) =>
  new ImageRefused({ code: 'image-unsupported', message, remedy });

/** CDI takes no image that is only the difference to another one (1.66). */
export const dependsOnOther = (format: ImageFormat) =>
  unsupported(
    `the ${NAMES[format]} image holds only what differs from another file`,
    'Merge it with that file first: "qemu-img convert -O qcow2 IMAGE WHOLE"',
  );

/** Numbers of a header; one that ends too early is damaged. */
export class Fields {
  readonly #bytes: Buffer;
  readonly #format: ImageFormat;

  constructor(bytes: Buffer, format: ImageFormat) {
    this.#bytes = bytes;
    this.#format = format;
  }

  get lengthBytes(): number {
    return this.#bytes.length;
  }

  u16le(at: number): number {
    return this.#at(at, 2).readUInt16LE();
  }

  u32le(at: number): number {
    return this.#at(at, 4).readUInt32LE();
  }

  u32be(at: number): number {
    return this.#at(at, 4).readUInt32BE();
  }

  /** As a number: no file is larger than 2^53 bytes. */
  u64le(at: number): number {
    return this.#safe(this.#at(at, 8).readBigUInt64LE());
  }

  u64be(at: number): number {
    return this.#safe(this.#at(at, 8).readBigUInt64BE());
  }

  /** Any 64 bits, such as flags. */
  bits64be(at: number): bigint {
    return this.#at(at, 8).readBigUInt64BE();
  }

  bits64le(at: number): bigint {
    return this.#at(at, 8).readBigUInt64LE();
  }

  latin1(at: number, lengthBytes: number): string {
    return this.#at(at, lengthBytes).toString('latin1');
  }

  hex(at: number, lengthBytes: number): string {
    return this.#at(at, lengthBytes).toString('hex');
  }

  #at(at: number, lengthBytes: number): Buffer {
    if (at < 0 || at + lengthBytes > this.#bytes.length) {
      throw damaged(this.#format, 'ends within its header');
    }
    return this.#bytes.subarray(at, at + lengthBytes);
  }

  #safe(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw damaged(
        this.#format,
        'a size or place in its header is beyond anything that exists',
      );
    }
    return Number(value);
  }
}

/** Refuses a file that is shorter than what its header points to. */
export function requireWithin(
  source: ByteSource,
  format: ImageFormat,
  endBytes: number,
): void {
  const { lengthBytes } = source;
  if (lengthBytes === undefined || endBytes <= lengthBytes) return;
  throw new ImageRefused({
    code: 'image-truncated',
    message: `the file was cut off: it has ${lengthBytes} bytes, but as ${NAMES[format]} it goes on until byte ${endBytes}, and CDI would take it for whole`,
    remedy: 'Upload the file again, and compare its length and checksum',
  });
}

/**
 * Looks at what lies far inside of a file.
 *
 * @returns a note where that part cannot be had
 */
export async function ifReadable(look: () => Promise<void>): Promise<string[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [`Whether the file is whole was not checked: ${error.message}.`];
  }
}

/** Numbers of a table in a row, without a copy of it. */
export function* entries32(table: Buffer, littleEndian: boolean) {
  for (let at = 0; at + 4 <= table.length; at += 4) {
    yield littleEndian ? table.readUInt32LE(at) : table.readUInt32BE(at);
  }
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
