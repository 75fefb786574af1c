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

/** What CDI's importer was at when it failed, in its words. */
const PHASES = {
  info: 'Unable to obtain information about data source',
  transfer: 'Unable to transfer source data to scratch space',
  convert: 'Unable to convert source data to target format',
};

/** The error of an importer that failed in one of its phases. */
export function failedIn(
  phase: keyof typeof PHASES,
  message: string,
  options?: ConstructorParameters<typeof ImporterError>[1],
): ImporterError {
  return new ImporterError(
    `Unable to process data: ${PHASES[phase]}: ${message}`,
    options,
  );
}

/** The condition says the same of all of them (CDI 1.66, `simplifyKnownMessage`). */
export const TOO_SMALL = 'DataVolume too small to contain image';
