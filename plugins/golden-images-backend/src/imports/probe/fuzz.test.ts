import fc from 'fast-check';
import {
  FIXTURES,
  fixture,
  gptDisk,
  isoDisc,
  MemoryByteSource,
} from './__testUtils__/images';
import { Unreadable } from './ByteSource';
import { identify } from './identify';
import { ImageRefused, ImageUnknown } from './outcome';

const MIB = 2 ** 20;
const SEED = 20_260_101;

/** Whole files, of which the first bytes decide most. */
const WHOLE = [
  ...Object.keys(FIXTURES).map(name => fixture(name as keyof typeof FIXTURES)),
  gptDisk(65536, 65536),
  isoDisc(65536, 65536),
];

async function look(bytes: Buffer, hidesLength: boolean) {
  const source = new MemoryByteSource(bytes, { hidesLength });
  try {
    const facts = await identify(source, { content: 'kubevirt' });
    expect(facts.virtualSizeBytes).toBeGreaterThan(0);
    expect(Number.isSafeInteger(facts.virtualSizeBytes)).toBe(true);
  } catch (error) {
    const typed = [ImageRefused, ImageUnknown, Unreadable].some(
      kind => error instanceof kind,
    );
    if (!typed) throw error;
  }
  // What a header says is never asked for without a bound.
  expect(source.reads.length).toBeLessThan(20);
  expect(Math.max(...source.reads)).toBeLessThanOrEqual(2 * MIB);
}

/** Writes over what is there, around the end. */
function damage(bytes: Buffer, at: number, other: Uint8Array): void {
  other.forEach((byte, index) => {
    bytes[(at + index) % bytes.length] = byte;
  });
}

describe('identify, of anything', () => {
  it('ends with facts or a typed refusal for random bytes', async () => {
    const done = fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 4096 }),
        fc.boolean(),
        (bytes, hidesLength) => look(Buffer.from(bytes), hidesLength),
      ),
      { seed: SEED, numRuns: 300 },
    );
    await expect(done).resolves.toBeUndefined();
  });

  it('ends with facts or a typed refusal for damaged images', async () => {
    // Half of the damage is in the header, where the numbers are.
    const place = fc.oneof(fc.nat(600), fc.nat(4 * MIB));
    const bytesThere = fc.uint8Array({ minLength: 1, maxLength: 8 });
    const done = fc.assert(
      fc.asyncProperty(
        fc.nat(WHOLE.length - 1),
        fc.array(fc.tuple(place, bytesThere), { maxLength: 6 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.boolean(),
        async (index, damages, part, hidesLength) => {
          const bytes = Buffer.from(WHOLE[index]);
          damages.forEach(([at, other]) => damage(bytes, at, other));
          await look(bytes.subarray(0, bytes.length * part), hidesLength);
        },
      ),
      { seed: SEED, numRuns: 1500 },
    );
    await expect(done).resolves.toBeUndefined();
  });
});
