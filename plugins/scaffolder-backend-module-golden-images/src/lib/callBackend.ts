import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';

const BY_NAME: Record<string, new (message: string) => Error> = {
  InputError,
  NotAllowedError,
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
};

/**
 * Runs a call to the backend and lets its refusal speak for itself: the task
 * log shows what was wrong and what to do, not which request failed.
 */
export async function callBackend<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!ResponseError.is(error)) throw error;
    const ErrorOfName = BY_NAME[error.cause.name];
    if (!ErrorOfName) throw error;
    const refusal = new ErrorOfName(error.cause.message);
    // Kept, but not by the constructor, which would add it to the message.
    refusal.cause = error;
    throw refusal;
  }
}
