import { KubernetesApiError } from './KubernetesApiError';
import type { TransportResponse } from './HttpTransport';

const MAX_MESSAGE = 4096;

interface StatusBody {
  kind?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    causes?: { field?: string; message?: string; reason?: string }[];
    retryAfterSeconds?: number;
  };
}

/** The error of an answer whose status is not 2xx. Its body is a `Status`, or text as of `404 page not found`. */
export function errorOfResponse(response: TransportResponse) {
  const status = parseStatus(response.body);
  return errorOfStatus(
    status ?? { message: response.body.trim() || undefined },
    response.status,
    retryAfterSeconds(response.headers['retry-after'], response.headers.date),
  );
}

/** The error of a `Status` object, as an answer or within a watch. */
export function errorOfStatus(
  body: unknown,
  httpStatus?: number,
  retryAfter?: number,
): KubernetesApiError {
  const { message, reason, code, details } = (body ?? {}) as StatusBody;
  const status = httpStatus ?? code ?? 0;
  return new KubernetesApiError({
    status,
    message: (message ?? `The cluster answered with status ${status}`).slice(
      0,
      MAX_MESSAGE,
    ),
    reason,
    causes: Array.isArray(details?.causes) ? details.causes : [],
    retryAfterSeconds: retryAfter ?? details?.retryAfterSeconds,
  });
}

/** The error of an exchange that brought no answer. */
export function unreachable(error: unknown, what?: string): KubernetesApiError {
  if (error instanceof KubernetesApiError) return error;
  return new KubernetesApiError({
    status: 0,
    message: `${what ?? 'the cluster cannot be reached'}: ${plainMessage(
      error,
    )}`.slice(0, MAX_MESSAGE),
    cause: error,
  });
}

/** Whether an API server wrote this body, and not what stands before it. */
export function isStatus(body: string): boolean {
  return parseStatus(body)?.kind === 'Status';
}

function plainMessage(error: unknown): string {
  // Node tries several addresses at once and then throws an AggregateError without a message.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return plainMessage(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

function parseStatus(text: string): StatusBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds, or a date by the clock of who answers (RFC 9110): what stands before an API server may send one. */
function retryAfterSeconds(header?: string, date?: string) {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : undefined;
  const untilMs = Date.parse(header);
  if (Number.isNaN(untilMs)) return undefined;
  const fromMs = Date.parse(date ?? '') || Date.now();
  return Math.max(0, (untilMs - fromMs) / 1000);
}
