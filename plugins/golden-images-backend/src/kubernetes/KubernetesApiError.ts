/** The reason of an answer that is larger than we take: fewer objects at a time may do. */
export const TOO_LARGE = 'AnswerTooLarge';

/**
 * A refusal or failure of a cluster's API. `status` is the HTTP status, 0 when
 * no answer came. CDI's webhooks answer 400 or 422 without a `reason`
 * (recorded with CDI 1.66). The message is untrusted text.
 */
export class KubernetesApiError extends Error {
  readonly status: number;
  readonly reason?: string;
  readonly causes: { field?: string; message?: string; reason?: string }[];
  readonly retryAfterSeconds?: number;

  constructor(options: {
    status: number;
    message: string;
    reason?: string;
    causes?: { field?: string; message?: string; reason?: string }[];
    retryAfterSeconds?: number;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'KubernetesApiError';
    this.status = options.status;
    this.reason = options.reason;
    this.causes = options.causes ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
