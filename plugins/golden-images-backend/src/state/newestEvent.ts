import type { EventView } from './types';

/**
 * The newest Event that fits, by its last occurrence. Events have whole seconds:
 * within one, what is new wins over what began before, and then the order of
 * reasons and uids, so that the answer does not depend on the order of arrival.
 */
export function newestEvent(
  events: readonly EventView[],
  fits: (event: EventView) => boolean,
): EventView | undefined {
  return events
    .filter(fits)
    .reduce<EventView | undefined>(
      (newest, event) =>
        !newest || compare(event, newest) > 0 ? event : newest,
      undefined,
    );
}

/** Milliseconds since the epoch; 0 for a time that cannot be read. */
export function timeOf(at: string | undefined): number {
  return Date.parse(at ?? '') || 0;
}

function compare(a: EventView, b: EventView): number {
  return (
    timeOf(a.lastAt) - timeOf(b.lastAt) ||
    timeOf(a.firstAt) - timeOf(b.firstAt) ||
    a.reason.localeCompare(b.reason, 'en') ||
    a.uid.localeCompare(b.uid, 'en')
  );
}
