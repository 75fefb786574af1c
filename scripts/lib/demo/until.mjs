import { setTimeout } from 'node:timers/promises';

const POLL_INTERVAL_MS = 300;
const TIMEOUT_MS = 120_000;

/**
 * Looks again and again until `look` answers something true, which it returns.
 *
 * @param {AbortSignal} signal - ends it
 * @throws Error with the last error of `look` after two minutes
 */
export async function until(look, what, signal) {
  const beganAtMs = Date.now();
  let error;
  while (Date.now() - beganAtMs < TIMEOUT_MS) {
    signal.throwIfAborted();
    try {
      const seen = await look();
      if (seen) return seen;
      error = undefined;
    } catch (caught) {
      error = caught;
    }
    await setTimeout(POLL_INTERVAL_MS, undefined, { signal });
  }
  throw new Error(
    `${what}: not there after ${TIMEOUT_MS / 1000} s${
      error ? ` (${error.message})` : ''
    }`,
  );
}
