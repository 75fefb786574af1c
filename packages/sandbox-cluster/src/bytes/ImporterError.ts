/** Reasons of condition `Running` that an importer's end leads to (recorded with CDI 1.66). */
export type ImporterErrorReason = 'Error' | 'ImagePullFailed' | 'ChecksumError';

/** An importer that ended in an error, with the text of CDI's importer. */
export class ImporterError extends Error {
  readonly reason: ImporterErrorReason;
  /** No further attempt is made: CDI knows this for a wrong checksum only. */
  readonly fatal: boolean;
  /** What the DataVolume's condition says where it is shorter than the event's text. */
  readonly conditionMessage: string;

  constructor(
    message: string,
    options: {
      reason?: ImporterErrorReason;
      fatal?: boolean;
      conditionMessage?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ImporterError';
    this.reason = options.reason ?? 'Error';
    this.fatal = options.fatal ?? false;
    this.conditionMessage = options.conditionMessage ?? message;
  }
}
