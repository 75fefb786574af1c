import { ResponseError } from '@backstage/errors';

/** Statuses that a later attempt may not see again. */
const TRANSIENT_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** Whether asking again can help: no answer came, or the backend was not able to give one. */
export function isTransient(error: unknown): boolean {
  if (ResponseError.is(error)) return TRANSIENT_STATUSES.has(error.statusCode);
  // fetch throws a TypeError when no answer comes.
  return error instanceof TypeError;
}
