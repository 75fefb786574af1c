import { Quantity } from '@golden-images/plugin-golden-images-common';

const MIB = 2n ** 20n;
const GIB = 2n ** 30n;

/** CDI's own, where its configuration cannot be read (1.66). */
export const DEFAULT_OVERHEAD = '0.06';

/** What a volume adds to the disk inside. */
export interface VolumeFacts {
  volumeMode: 'Filesystem' | 'Block';
  /** Share of the disk that a file system takes: `0.06`, at most three decimals. */
  overhead: string;
  /** The least that the class makes, where it says so. */
  minimum?: Quantity;
}

/**
 * What a disk needs: CDI's importer compares the size of the disk with what the
 * file system offers (CDI 1.66).
 */
export function neededSize(
  virtualSizeBytes: number,
  { volumeMode, overhead }: VolumeFacts,
): Quantity {
  const virtual = BigInt(virtualSizeBytes);
  if (volumeMode === 'Block') return Quantity.ofBytes(virtual);
  const disk = roundUp(virtual, MIB);
  return Quantity.ofBytes(divideUp(disk * (1000n + permille(overhead)), 1000n));
}

/**
 * The size for which `auto` stands: what the disk needs, at least 1 GiB and what
 * the class makes, in whole GiB, so that request, volume and Longhorn's size are
 * the same number.
 */
export function autoSize(
  virtualSizeBytes: number,
  facts: VolumeFacts,
): Quantity {
  const needed = BigInt(neededSize(virtualSizeBytes, facts).bytes);
  const minimum = BigInt(facts.minimum?.bytes ?? 0);
  const least = [needed, minimum, GIB].reduce((a, b) => (a > b ? a : b));
  return Quantity.ofBytes(roundUp(least, GIB));
}

/** CDI's percentages have at most three decimals; what is none is taken for its default. */
function permille(overhead: string): bigint {
  const text = /^(0(\.\d{1,3})?|1)$/.test(overhead)
    ? overhead
    : DEFAULT_OVERHEAD;
  return BigInt(Math.round(Number(text) * 1000));
}

function roundUp(value: bigint, step: bigint): bigint {
  return divideUp(value, step) * step;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
