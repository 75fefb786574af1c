import type { Image, Volume } from '@golden-images/plugin-golden-images-common';
import type { Tracked } from '../database';

/** States in which nothing is lost with an object that is given up. */
const UNFINISHED: string[] = [
  'pending',
  'waiting',
  'importing',
  'copying',
  'failing',
  'failed',
];

/** Why an object may not be given up, as far as its row tells; an object without a row is looked at itself. */
export function releaseRefusal(
  row: Tracked<Image | Volume> | undefined,
): string | undefined {
  if (!row) return undefined;
  const { object } = row;
  if (row.readyBefore) return 'it was ready before';
  return finishedRefusal({
    state: object.state,
    usedBy: object.kind === 'volume' ? object.usedBy : [],
  });
}

/** Why something with this state is not given up. */
export function finishedRefusal(of: {
  state: Image['state'] | Volume['state'] | 'unreadable';
  usedBy: unknown[];
}): string | undefined {
  if (of.state === 'unreadable') {
    return 'whether its bytes are there cannot be seen';
  }
  if (!UNFINISHED.includes(of.state)) return `it is ${of.state}`;
  return of.usedBy.length > 0 ? 'a workload uses it' : undefined;
}
