import { classifyImportError } from './classifyMessage';
import { newestEvent } from './findClaimState';
import type { DataVolumeView, DeriveInput, Memory } from './types';

type LastError = NonNullable<Memory['lastError']>;

/** Reasons of condition `Running` with which an attempt of the importer ends (CDI 1.66). */
const ENDED_IN_ERROR = new Set([
  'Error',
  'ImagePullFailed',
  'OOMKilled',
  'ChecksumError',
  'CreateContainerConfigError',
]);

/** Percent as CDI writes it; `N/A` is nothing known. */
export function parseProgress(text: string | undefined): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text ?? '');
  return match ? Number(match[1]) : undefined;
}

/**
 * The error in which the last attempt ended, as long as nothing has moved since.
 *
 * Condition `Running` bears the error only between attempts: while the importer
 * runs again it is True without a message, and that is the next attempt, not a
 * recovery (recorded with CDI 1.66). So the error is remembered, and taken from
 * Events where there is no memory of it.
 */
export function findAttempt(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  memory: Memory,
): LastError | undefined {
  // The first status of a DataVolume that was made anew may be its predecessor's:
  // a reason without a phase proves nothing (recorded).
  if (dataVolume.phase === undefined) return undefined;
  const { running } = dataVolume.conditions;
  const reason = running?.reason ?? '';
  const attempts = Math.max(
    dataVolume.restartCount + 1,
    memory.lastError?.attempts ?? 1,
  );
  if (running?.status === 'False' && ENDED_IN_ERROR.has(reason)) {
    const message = running.message ?? '';
    return {
      reason: classifyImportError(message, reason),
      message,
      at:
        memory.lastError?.at ??
        running.transitionAt ??
        new Date(input.nowMs).toISOString(),
      attempts,
    };
  }
  if (hasMoved(dataVolume)) return undefined;
  return (
    memory.lastError ??
    fromEvents(input, dataVolume) ??
    fromRestarts(dataVolume, input.nowMs)
  );
}

/** Bytes are flowing: the attempt under way has come further than to its start. */
function hasMoved({ phase, progress, conditions }: DataVolumeView): boolean {
  if (phase === 'Succeeded') return true;
  return (
    conditions.running?.status === 'True' && (parseProgress(progress) ?? 0) > 0
  );
}

function fromEvents(
  { events, claim }: DeriveInput,
  dataVolume: DataVolumeView,
): LastError | undefined {
  const uids = [dataVolume.metadata.uid, claim?.metadata.uid];
  const failure = newestEvent(
    events,
    ({ involvedUid, type, reason }) =>
      uids.includes(involvedUid) &&
      type === 'Warning' &&
      (reason === 'ErrImportFailed' || reason === 'Error'),
  );
  if (!failure) return undefined;
  // CDI copies events of its temporary claim to the target with its name before them.
  const message = failure.message.replace(/^\[prime-[^\]]*\] : /, '');
  return {
    reason: classifyImportError(message),
    message,
    at: failure.firstAt ?? failure.lastAt,
    attempts: Math.max(dataVolume.restartCount, 1),
  };
}

function fromRestarts(
  { restartCount }: DataVolumeView,
  nowMs: number,
): LastError | undefined {
  if (restartCount < 1) return undefined;
  return {
    reason: 'import-error',
    message: `unknown, retried ${restartCount} times`,
    at: new Date(nowMs).toISOString(),
    attempts: restartCount,
  };
}
