/** The value below which `share` of all lie; nearest rank. */
export function percentile(values: number[], share: number): number {
  if (values.length === 0) throw new Error('There is nothing to rank');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values: number[]) => percentile(values, 0.5);
