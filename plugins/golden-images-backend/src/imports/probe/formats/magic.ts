import { ImageRefused, ImageUnknown } from '../outcome';
import { unsupported } from './fields';

interface Magic {
  at?: number;
  hex: string;
}

/** What CDI unpacks on the way (1.66). */
const COMPRESSED: (Magic & { name: string })[] = [
  { hex: '1f8b', name: 'gzip' },
  { hex: 'fd377a585a00', name: 'xz' },
  { hex: '28b52ffd', name: 'zstd' },
];

const CONVERT = 'Convert it: "qemu-img convert -O qcow2 IMAGE NEW"';
const UNPACK = 'Unpack it, and import the disk inside';

/** What CDI does not know, and so copies as if it were a disk (1.66). */
const FOREIGN: (Magic & { name: string; remedy: string })[] = [
  { hex: '504b0304', name: 'a zip archive', remedy: UNPACK },
  { hex: '377abcaf271c', name: 'a 7z archive', remedy: UNPACK },
  { hex: '526172211a07', name: 'a rar archive', remedy: UNPACK },
  { hex: '425a68', name: 'compressed with bzip2', remedy: UNPACK },
  { hex: '04224d18', name: 'compressed with lz4', remedy: UNPACK },
  { hex: '4c5a4950', name: 'compressed with lzip', remedy: UNPACK },
  {
    at: 257,
    hex: '7573746172',
    name: 'a tar archive',
    remedy: `${UNPACK}, or import it with contentType "archive"`,
  },
  { hex: '51454400', name: 'of format QED', remedy: CONVERT },
  { hex: '434f5744', name: 'a sparse VMDK of ESX', remedy: CONVERT },
  {
    hex: '576974686f7574467265655370616365',
    name: 'of Parallels',
    remedy: CONVERT,
  },
  {
    hex: '576974686f7546726553706163457874',
    name: 'of Parallels',
    remedy: CONVERT,
  },
  {
    hex: '3aff26ed',
    name: 'a sparse image of Android',
    remedy: 'Convert it: "simg2img IMAGE NEW"',
  },
  { hex: '25504446', name: 'a PDF', remedy: 'Check the URL' },
];

export function hasMagic(head: Buffer, { at = 0, hex }: Magic): boolean {
  return head.toString('hex', at, at + hex.length / 2) === hex;
}

/** Name of a compression that CDI unpacks. */
export function compressionOf(head: Buffer): string | undefined {
  return COMPRESSED.find(magic => hasMagic(head, magic))?.name;
}

export const compressed = (name: string) =>
  new ImageUnknown({
    code: 'compressed',
    message: `it is compressed with ${name}, so that the size of the disk inside is not known`,
    remedy: 'Give the size of the unpacked disk',
  });

/** @throws ImageRefused for what is known not to be a disk that CDI reads */
export function refuseForeign(head: Buffer): void {
  const found = FOREIGN.find(magic => hasMagic(head, magic));
  if (!found) return;
  if (found.remedy === 'Check the URL') {
    throw new ImageRefused({
      code: 'not-an-image',
      message: `it is ${found.name}, not an image`,
      remedy: found.remedy,
    });
  }
  throw unsupported(
    `it is ${found.name}, which CDI would copy as if it were a disk`,
    found.remedy,
  );
}
