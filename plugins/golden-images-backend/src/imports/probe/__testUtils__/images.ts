import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ByteSource } from '../ByteSource';

/** Files of `qemu-img`, all of the same disk. */
export const FIXTURES = {
  'v2.qcow2': 'qcow2',
  'v3.qcow2': 'qcow2',
  'compressed.qcow2': 'qcow2',
  'sparse.vmdk': 'vmdk',
  'stream.vmdk': 'vmdk',
  'dynamic.vdi': 'vdi',
  'dynamic.vhd': 'vhd',
  'fixed.vhd': 'vhd',
  'dynamic.vhdx': 'vhdx',
} as const;
export const DISK_BYTES = 3 * 2 ** 20;

export function fixture(name: keyof typeof FIXTURES | 'backing.qcow2'): Buffer {
  const file = join(__dirname, '../__fixtures__', `${name}.gz`);
  return gunzipSync(readFileSync(file));
}

/** The same with other bytes at some places, as hex. */
export function patched(bytes: Buffer, ...patches: [number, string][]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, hex] of patches) copy.write(hex, at, 'hex');
  return copy;
}

/** A raw disk with a boot sector. */
export function rawDisk(lengthBytes: number): Buffer {
  return patched(Buffer.alloc(lengthBytes), [510, '55aa']);
}

/** A raw disk whose GPT says that it ends at `endBytes`. */
export function gptDisk(lengthBytes: number, endBytes: number): Buffer {
  const disk = rawDisk(lengthBytes);
  disk.write('EFI PART', 512, 'latin1');
  disk.writeBigUInt64LE(BigInt(endBytes / 512 - 1), 512 + 32);
  return disk;
}

/** A disc whose descriptor says that it has `endBytes`. */
export function isoDisc(lengthBytes: number, endBytes: number): Buffer {
  const disc = Buffer.alloc(lengthBytes);
  disc.write('\u0001CD001', 0x8000, 'latin1');
  disc.writeUInt32LE(endBytes / 2048, 0x8000 + 80);
  disc.writeUInt16LE(2048, 0x8000 + 128);
  return disc;
}

/** Bytes in memory. */
export class MemoryByteSource implements ByteSource {
  readonly #bytes: Buffer;
  readonly lengthBytes?: number;
  readonly reads: number[] = [];

  constructor(bytes: Buffer, options?: { hidesLength?: boolean }) {
    this.#bytes = bytes;
    this.lengthBytes = options?.hidesLength ? undefined : bytes.length;
  }

  async read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    this.reads.push(lengthBytes);
    return this.#bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
  }
}
