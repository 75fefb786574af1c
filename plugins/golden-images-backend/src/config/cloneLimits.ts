import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** How many clones a cluster copies at once, and how long each may count. */
export interface CloneLimits {
  /** Unfinished copies at once in the cluster. */
  width: number;
  /** Of them, from one image. */
  widthPerImage: number;
  /** A clone that is not bound by then holds its slot no longer. */
  unboundMs: number;
  /** A bound clone whose copy cannot be seen holds its slot no longer than this. */
  unknownCopyMs: number;
  /** A request that waits longer fails. */
  maxWaitMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Longhorn runs five heavy tasks at once on a node (`snapshot-heavy-task-concurrent-limit`, Longhorn 1.12). */
export const DEFAULT_CLONE_LIMITS: CloneLimits = {
  width: 5,
  widthPerImage: 5,
  unboundMs: 10 * MINUTE_MS,
  unknownCopyMs: 10 * MINUTE_MS,
  maxWaitMs: 24 * HOUR_MS,
};

/** @throws InputError naming the key that is wrong */
export function readCloneLimits(entry: Config, at: string): CloneLimits {
  const clones = entry.getOptionalConfig('clones');
  const read = (key: string, defaultValue: number, unitMs = 1) => {
    const value = clones?.getOptionalNumber(key);
    if (value === undefined) return defaultValue;
    if (!(value > 0) || (unitMs === 1 && !Number.isInteger(value))) {
      throw new InputError(
        `${at}.clones.${key}: must be a ${
          unitMs === 1 ? 'whole number' : 'number'
        } above 0`,
      );
    }
    return value * unitMs;
  };
  const width = read('width', DEFAULT_CLONE_LIMITS.width);
  return {
    width,
    widthPerImage: read('widthPerImage', width),
    unboundMs: read(
      'unboundMinutes',
      DEFAULT_CLONE_LIMITS.unboundMs,
      MINUTE_MS,
    ),
    unknownCopyMs: read(
      'unknownCopyMinutes',
      DEFAULT_CLONE_LIMITS.unknownCopyMs,
      MINUTE_MS,
    ),
    maxWaitMs: read('maxWaitHours', DEFAULT_CLONE_LIMITS.maxWaitMs, HOUR_MS),
  };
}
