import type { Image } from '@golden-images/plugin-golden-images-common';

type Version = Pick<
  Image,
  'name' | 'state' | 'readyAt' | 'current' | 'hold' | 'retirement' | 'ours'
>;

/**
 * Which versions of one image go when only the newest are kept: those that were
 * ready before the newest `keep`, but never the current one, nor one on hold.
 * What is not ready does not count, and what is being retired is gone already.
 *
 * @param keep - at least 1
 * @returns oldest first
 */
export function planRetention<T extends Version>(
  versions: T[],
  keep: number,
): T[] {
  const newestFirst = versions
    .filter(
      ({ ours, state, readyAt, retirement }) =>
        ours && state === 'ready' && readyAt !== undefined && !retirement,
    )
    .sort((a, b) => timeOf(b) - timeOf(a) || b.name.localeCompare(a.name));
  return newestFirst
    .slice(keep)
    .filter(({ current, hold }) => !current && hold === undefined)
    .reverse();
}

function timeOf({ readyAt = '' }: Version): number {
  return Date.parse(readyAt) || 0;
}
