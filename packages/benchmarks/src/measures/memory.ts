import type { Bench } from '../Bench';
import type { BackendAnswers } from '../backend/Portal';

type Memory = BackendAnswers['memory'];

/** What a volume costs in memory, over the same backend without objects. */
export function reportMemory(bench: Bench, empty: Memory, full: Memory) {
  const rows = [
    ['Heap', 'heapBytes', 1024],
    ['Resident memory', 'rssBytes', 4096],
  ] as const;
  for (const [name, key, goalBytes] of rows) {
    const value = (full[key] - empty[key]) / bench.seeded;
    const mebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
    bench.report.add({
      name: `${name} for each volume, after a collection`,
      value,
      unit: 'bytes',
      anchor: `${mebibytes(full[key])} MiB with ${
        bench.seeded
      } volumes, ${mebibytes(empty[key])} MiB without objects`,
      goal: `≤ ${goalBytes}`,
      met: value <= goalBytes,
    });
  }
}
