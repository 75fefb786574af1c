import { isError, ResponseError } from '@backstage/errors';

/** What gateways say when the backend behind them is not there. */
const GATEWAY_STATUSES = [502, 503, 504];

/**
 * Whether a call failed without an answer of the golden-images backend: the
 * connection was lost, or a gateway answered in its place. The backend may have
 * done what it was asked for all the same.
 *
 * @public
 */
export function isUnanswered(error: unknown): boolean {
  // fetch throws a TypeError when no answer comes.
  if (!ResponseError.is(error)) {
    return isError(error) && error.name === 'TypeError';
  }
  // The backend itself says 503 by an error of that name, such as of a cluster
  // that cannot be reached.
  return (
    GATEWAY_STATUSES.includes(error.statusCode) &&
    error.cause.name !== 'ServiceUnavailableError'
  );
}
