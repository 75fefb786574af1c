const BASE_MS = 800;
const LONGEST_MS = 30_000;
/** What stands before an API server may ask for days; and no timer lasts longer than 24. */
const LONGEST_ASKED_MS = 300_000;

/**
 * How long to wait after this many failures in a row: doubling, never under
 * what the server asked for (`Retry-After`, up to 5 minutes), and spread by up
 * to a half so that instances do not come back all at once.
 */
export function backoffMs(options: {
  failures: number;
  retryAfterSeconds?: number;
  random: number;
}): number {
  const exponent = Math.min(Math.max(options.failures - 1, 0), 10);
  const spread = 0.5 + options.random / 2;
  const own = Math.min(BASE_MS * 2 ** exponent, LONGEST_MS) * spread;
  const asked = Math.min(
    (options.retryAfterSeconds ?? 0) * 1000,
    LONGEST_ASKED_MS,
  );
  return asked > own ? asked * (1 + options.random / 10) : own;
}
