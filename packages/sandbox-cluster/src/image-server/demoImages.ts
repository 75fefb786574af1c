import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { writeQcow2 } from '../bytes';

const MIB = 2 ** 20;

interface DemoImage {
  file: string;
  title: string;
  virtualBytes: number;
  /** How much of the disk is text, from its start on. */
  textBytes: number;
  /** How much of the disk is filled with bytes that do not compress. */
  randomBytes: number;
}

/** Small, but real: what a demo imports without a network. */
export const DEMO_IMAGES: readonly DemoImage[] = [
  {
    file: 'demo-linux.qcow2',
    title: 'Demo Linux',
    virtualBytes: 64 * MIB,
    textBytes: 4 * MIB,
    randomBytes: 16 * MIB,
  },
  {
    file: 'demo-server.qcow2',
    title: 'Demo Server',
    virtualBytes: 256 * MIB,
    textBytes: 16 * MIB,
    randomBytes: 24 * MIB,
  },
];

/** The same disks with less on them, for tests that do not depend on how much it is. */
export const SMALL_DEMO_IMAGES: readonly DemoImage[] = DEMO_IMAGES.map(
  image => ({ ...image, textBytes: MIB / 4, randomBytes: MIB }),
);

/** Makes the images that are not there yet. Their bytes are the same on every machine. */
export async function makeDemoImages(
  directory: string,
  images = DEMO_IMAGES,
): Promise<void> {
  for (const image of images) {
    const path = join(directory, image.file);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!exists) {
      await writeQcow2({
        path,
        virtualBytes: image.virtualBytes,
        read: (offsetBytes, lengthBytes) =>
          content(image, offsetBytes, lengthBytes),
      });
    }
  }
}

/**
 * The disk's content: text with a label from its start on, then bytes without
 * pattern, then nothing but a mark at the very end.
 */
function content(
  image: DemoImage,
  offsetBytes: number,
  lengthBytes: number,
): Buffer | undefined {
  const { textBytes } = image;
  if (offsetBytes < textBytes) {
    const line = `${image.title}, a golden image for trying things out. Block ${offsetBytes}.\n`;
    return Buffer.alloc(lengthBytes, line);
  }
  if (offsetBytes < textBytes + image.randomBytes) {
    return noise(`${image.file}:${offsetBytes}`, lengthBytes);
  }
  if (offsetBytes + lengthBytes >= image.virtualBytes) {
    const end = Buffer.alloc(lengthBytes);
    end.write(`end of ${image.title}\n`, lengthBytes - 512);
    return end;
  }
  return undefined;
}

/** Bytes that look random and are the same each time. */
function noise(seed: string, lengthBytes: number): Buffer {
  return createHash('shake256', { outputLength: lengthBytes })
    .update(seed)
    .digest();
}
