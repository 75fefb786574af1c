import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { isQcow2 } from './qcow2/header';

/** CDI reads this many bytes to tell formats apart; less is not an image (recorded). */
export const SMALLEST_IMAGE_BYTES = 512;

interface Magic {
  at?: number;
  hex: string;
}

const DECODERS: (Magic & { create: () => Transform })[] = [
  { hex: '1f8b', create: createGunzip },
  { hex: '28b52ffd', create: createZstdDecompress },
];

/** CDI converts these too; here they would silently end as a disk full of nonsense. */
const NOT_READ: (Magic & { name: string })[] = [
  { hex: 'fd377a585a00', name: 'xz' },
  { hex: '4b444d56', name: 'vmdk' },
  { hex: '7668647866696c65', name: 'vhdx' },
  { hex: '636f6e6563746978', name: 'vhd' },
  { at: 64, hex: '7f10dabe', name: 'vdi' },
];

const hasMagic =
  (head: Buffer) =>
  ({ at = 0, hex }: Magic) =>
    head.toString('hex', at, at + hex.length / 2) === hex;

/** What turns a compressed file into an image, where the file is one. */
export function decoderOf(head: Buffer): Transform | undefined {
  return DECODERS.find(hasMagic(head))?.create();
}

/** Name of a format that CDI imports and this importer does not. */
export function unreadFormat(head: Buffer): string | undefined {
  return NOT_READ.find(hasMagic(head))?.name;
}

/** Anything without a magic is the disk itself, as for CDI: an HTML page, too (recorded). */
export function formatOf(head: Buffer): 'qcow2' | 'raw' {
  return isQcow2(head) ? 'qcow2' : 'raw';
}
