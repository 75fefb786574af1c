import type { Tracked } from '../database';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { CloneLimits } from '../config/cloneLimits';

/** Nothing runs while these last, however long that is. */
const WAITING_ELSEWHERE: (string | undefined)[] = [
  'first-consumer',
  'source-not-ready',
  'source-missing',
  'source-in-use',
];
const UNTIL_IT_ENDS = Number.MAX_SAFE_INTEGER;

/**
 * Until when a clone of ours counts as a running copy: from its creation until
 * its bytes are there, it failed, or nothing came of it for some time.
 *
 * @returns milliseconds since the epoch; `undefined` when it holds no slot
 */
export function copySlotUntilMs(
  tracked: Tracked<Volume>,
  limits: CloneLimits,
): number | undefined {
  const { object, stage } = tracked;
  const { state, reason, ours } = object;
  if (!ours || WAITING_ELSEWHERE.includes(reason)) return undefined;
  const running = ['pending', 'waiting', 'copying', 'failing', 'unknown'];
  if (!running.includes(state)) return undefined;
  const createdMs = Date.parse(object.createdAt ?? '');
  const sinceMs = Date.parse(object.since ?? object.createdAt ?? '');
  const after = (fromMs: number, ms: number) =>
    Number.isNaN(fromMs) ? undefined : fromMs + ms;
  if (stage === 'accepted') return after(createdMs, limits.unboundMs);
  // Longhorn tries again, and ends in "failed" by itself.
  const copies = state === 'copying' || reason === 'copy-failed';
  return copies ? UNTIL_IT_ENDS : after(sinceMs, limits.unknownCopyMs);
}
