import { identify } from '../identify';
import { asOutcome, type ProbeOutcome } from '../outcome';
import { MemoryByteSource } from './images';

/** What is seen of bytes, as it is told to people. */
export function look(
  bytes: Buffer,
  options: {
    hidesLength?: boolean;
    contentType?: string;
    content?: 'kubevirt' | 'archive';
  } = {},
): Promise<ProbeOutcome> {
  return identify(new MemoryByteSource(bytes, options), {
    content: 'kubevirt',
    ...options,
  }).then(facts => ({ outcome: 'known', facts }), asOutcome);
}

export const hex = (text: string) => Buffer.from(text).toString('hex');

/** A file that begins in some way. */
export function withMagic(...patches: [number, string][]): Buffer {
  const bytes = Buffer.alloc(4096);
  for (const [at, magic] of patches) bytes.write(magic, at, 'hex');
  return bytes;
}
