import type { Finding } from './Finding';
import type { DeriveInput, Memory } from './types';

export interface Progress {
  /** What to show, 0 to 99. */
  shown?: number;
  memory: Pick<Memory, 'progressPercent' | 'progressOf'>;
}

/**
 * Progress of a copy never falls within one volume, not even when its source
 * cannot be read for a while. An import that begins anew begins at nothing.
 */
export function progressOf(
  { claim, longhornVolume }: DeriveInput,
  { outcome, progressPercent }: Finding,
  memory: Memory,
): Progress {
  const volume =
    claim?.phase === 'Bound' ? longhornVolume?.metadata.uid : undefined;
  const shows = outcome === 'running';
  if (volume === undefined) {
    return { shown: shows ? progressPercent : undefined, memory: {} };
  }
  const before =
    memory.progressOf === volume ? memory.progressPercent : undefined;
  const known = [before, shows ? progressPercent : undefined].filter(
    percent => percent !== undefined,
  );
  const most = known.length > 0 ? Math.max(...known) : undefined;
  return {
    shown: shows ? most : undefined,
    memory:
      most === undefined ? {} : { progressPercent: most, progressOf: volume },
  };
}
