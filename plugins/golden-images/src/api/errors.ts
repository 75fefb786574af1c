import { isError, ResponseError } from '@backstage/errors';

/** What went wrong, in the backend's own words where it gave any. @public */
export function messageOf(error: unknown): string {
  if (ResponseError.is(error)) return error.cause.message || error.message;
  return isError(error) ? error.message : String(error);
}

/**
 * Why the backend refused, in its own words, which name the right that is
 * missing; `undefined` for any other error.
 *
 * @public
 */
export function refusalOf(error: unknown): string | undefined {
  const refused = ResponseError.is(error)
    ? error.statusCode === 403
    : isError(error) && error.name === 'NotAllowedError';
  return refused ? messageOf(error) : undefined;
}
