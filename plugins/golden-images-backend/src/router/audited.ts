import type { AuditorService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { ErrorRequestHandler, Request } from 'express';

const auditedRequests = new WeakSet<Request>();

/**
 * Runs a write under an audit event, which is opened before it and closed with
 * what became of it; a denial is a failure. `meta` holds no secrets: no URLs,
 * no credentials.
 */
export async function audited<T>(
  auditor: AuditorService,
  event: { id: string; request: Request; meta: JsonObject },
  work: () => Promise<T>,
  outcome: (result: T) => JsonObject,
): Promise<T> {
  auditedRequests.add(event.request);
  const audit = await auditor.createEvent({
    eventId: event.id,
    request: event.request,
    severityLevel: 'medium',
    meta: event.meta,
  });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await audit.fail({ error: asError(error) });
    throw error;
  }
  await audit.success({ meta: outcome(result) });
  return result;
}

/** Denials of requests that have no audit event of their own, such as reads. */
export function auditDenials(auditor: AuditorService): ErrorRequestHandler {
  return (error, request, _response, next) => {
    const denied = isError(error) && error.name === 'NotAllowedError';
    if (!denied || auditedRequests.has(request)) {
      next(error);
      return;
    }
    auditor
      .createEvent({
        eventId: 'access-denied',
        request,
        severityLevel: 'medium',
        meta: { method: request.method, path: request.path },
      })
      .then(event => event.fail({ error }))
      .then(
        () => next(error),
        failure => next(failure),
      );
  };
}

function asError(error: unknown): Error {
  return isError(error) ? error : new Error(String(error));
}

/** What an audit event says of a request: only what was given. */
export function withoutAbsent(
  meta: Record<string, string | boolean | undefined>,
): JsonObject {
  return Object.fromEntries(
    Object.entries(meta).filter(([, value]) => value !== undefined),
  );
}
