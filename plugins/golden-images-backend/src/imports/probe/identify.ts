import type { ByteSource } from './ByteSource';
import { readQcow2 } from './formats/qcow2';
import { isIso, readIso, readRaw } from './formats/raw';
import {
  compressed,
  compressionOf,
  hasMagic,
  refuseForeign,
} from './formats/magic';
import { refuseOtherContent, refusePages } from './formats/notAnImage';
import { readVdi } from './formats/vdi';
import { readVhd, VHD_COOKIE } from './formats/vhd';
import { readVhdx } from './formats/vhdx';
import { readVmdk, VMDK_MAGIC } from './formats/vmdk';
import { partOfVmdk, VMDK_DESCRIPTOR } from './formats/vmdkDescriptor';
import { ImageUnknown, type ImageFacts } from './outcome';

/** How much of a file is read to tell what it is. */
export const HEAD_BYTES = 64 * 1024;

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** What CDI tells by its first bytes, and hands to `qemu-img` (1.66). */
const FORMATS = [
  { hex: '514649fb', read: readQcow2 },
  { hex: hex(VMDK_MAGIC), read: readVmdk },
  { at: 0x40, hex: '7f10dabe', read: readVdi },
  { hex: hex(VHD_COOKIE), read: readVhd },
  { hex: hex('vhdxfile'), read: readVhdx },
];

/**
 * Tells what a file is, and how large the disk inside.
 *
 * @param contentType - by the word of the server
 * @throws ImageRefused, ImageUnknown, Unreadable
 */
export async function identify(
  source: ByteSource,
  options: { contentType?: string; content: 'kubevirt' | 'archive' },
): Promise<ImageFacts> {
  const head = await source.read(0, HEAD_BYTES);
  if (head.toString('latin1', 0, VMDK_DESCRIPTOR.length) === VMDK_DESCRIPTOR) {
    throw partOfVmdk();
  }
  refuseOtherContent(head);
  if (options.content === 'archive') {
    refusePages(options.contentType);
    throw new ImageUnknown({
      code: 'archive',
      message: 'it is an archive, so that the size of its files is not known',
      remedy:
        'Give the size of its unpacked files, and what a file system takes',
    });
  }
  const compression = compressionOf(head);
  if (compression !== undefined) throw compressed(compression);
  const known = FORMATS.find(format => hasMagic(head, format));
  if (known) return withLengthNote(source, await known.read(source, head));
  refuseForeign(head);
  refusePages(options.contentType);
  return isIso(head) ? readIso(source, head) : readRaw(source, head);
}

function withLengthNote(source: ByteSource, facts: ImageFacts): ImageFacts {
  if (source.lengthBytes !== undefined) return facts;
  return {
    ...facts,
    notes: [
      ...facts.notes,
      'Whether the file is whole was not checked: its server does not say how long it is.',
    ],
  };
}
