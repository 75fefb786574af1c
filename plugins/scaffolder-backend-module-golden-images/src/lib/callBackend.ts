import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
} from '@backstage/errors';

const BY_NAME: Record<string, new (message: string, cause?: Error) => Error> = {
  InputError,
  NotAllowedError,
  ConflictError,
  NotFoundError,
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
    throw new ErrorOfName(error.cause.message, error);
  }
}
