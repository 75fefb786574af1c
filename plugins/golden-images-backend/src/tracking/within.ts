import type { Timing } from './Timing';

/** Resolves when that has happened, or after this time. */
export async function within(
  ms: number,
  what: Promise<void>,
  timing: Timing,
): Promise<void> {
  const stop = new AbortController();
  const late = timing.delay(ms, stop.signal).catch(() => undefined);
  await Promise.race([what, late]);
  stop.abort();
}
