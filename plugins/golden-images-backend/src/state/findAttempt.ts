import { isImported } from './classify';
import { classifyCloneError, classifyImportError } from './classifyMessage';
import { newestEvent, timeOf } from './newestEvent';
import type { DataVolumeView, DeriveInput, Memory } from './types';

type LastError = NonNullable<Memory['lastError']>;

/** Reasons of condition `Running` with which an attempt of a transfer Pod ends (CDI 1.66). */
const ENDED_IN_ERROR = new Set([
  'Error',
  'ImagePullFailed',
  'OOMKilled',
  'ChecksumError',
]);
/** The container cannot even start: over as soon as it does, and no attempt. */
const NOT_STARTED = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'InvalidImageName',
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'RunContainerError',
]);
const FAILURE_EVENTS = new Set([...ENDED_IN_ERROR, 'ErrImportFailed']);
/** Of a DataVolume: a new Pod is on its way, which CDI makes only when the one before ended well. */
const NEXT_PHASE_EVENT = 'ImportScheduled';

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
 * recovery (recorded with CDI 1.66). Whether it is failing follows from what the
 * cluster still shows, restarts and Events, so that no change between may be
 * missed; the words, the number and the time come from memory.
 */
export function findAttempt(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  memory: Memory,
): LastError | undefined {
  // The first status of a DataVolume that was made anew may be its predecessor's:
  // a reason without a phase proves nothing (recorded).
  if (dataVolume.phase === undefined) return undefined;
  const shown = fromCondition(input, dataVolume);
  const found =
    shown ??
    (hasMoved(input, dataVolume, memory)
      ? undefined
      : fromTraces(input, dataVolume, memory));
  if (!found) return undefined;
  return {
    ...found,
    at: memory.lastError?.at ?? found.at,
    attempts: Math.max(found.attempts, memory.lastError?.attempts ?? 0),
    progress: shown ? dataVolume.progress : memory.lastError?.progress,
  };
}

function fromCondition(
  input: DeriveInput,
  { conditions, restartCount }: DataVolumeView,
): LastError | undefined {
  const { running } = conditions;
  const reason = running?.reason ?? '';
  if (running?.status !== 'False') return undefined;
  if (!ENDED_IN_ERROR.has(reason) && !NOT_STARTED.has(reason)) return undefined;
  const message = running.message ?? '';
  return {
    reason: classifier(input)(message, reason),
    message,
    at: running.transitionAt ?? new Date(input.nowMs).toISOString(),
    attempts: ENDED_IN_ERROR.has(reason) ? restartCount + 1 : 0,
  };
}

/** Bytes flow, or a Pod that ended without an error has a successor. */
function hasMoved(
  { events, claim }: DeriveInput,
  { phase, progress, conditions, metadata }: DataVolumeView,
  { lastError }: Memory,
): boolean {
  const { running } = conditions;
  // For a moment the condition is False although its reason says that the Pod runs (recorded).
  const runs =
    running?.status === 'True' || running?.reason === 'Pod is running';
  const isStale = lastError !== undefined && lastError.progress === progress;
  if (runs && !isStale && (parseProgress(progress) ?? 0) > 0) return true;
  if (
    phase === 'ImportScheduled' ||
    running?.reason === 'Scratch space required'
  )
    return true;
  const failure = newestFailure(events, metadata.uid, claim?.metadata.uid);
  const next = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === metadata.uid && reason === NEXT_PHASE_EVENT,
  );
  return failure !== undefined && timeOf(next?.lastAt) > timeOf(failure.lastAt);
}

/** What is left of a failure while the next attempt runs. */
function fromTraces(
  input: DeriveInput,
  { metadata, restartCount }: DataVolumeView,
  memory: Memory,
): LastError | undefined {
  const failure = newestFailure(
    input.events,
    metadata.uid,
    input.claim?.metadata.uid,
  );
  if (!failure && restartCount < 1) return undefined;
  const attempts = Math.max(restartCount, 1);
  if (memory.lastError) return { ...memory.lastError, attempts };
  if (!failure) {
    return {
      reason: isImported(input) ? 'import-error' : 'clone-error',
      message: `unknown, retried ${restartCount} ${
        restartCount === 1 ? 'time' : 'times'
      }`,
      at: new Date(input.nowMs).toISOString(),
      attempts,
    };
  }
  // CDI copies events of its temporary claim to the target with its name before them.
  const message = failure.message.replace(/^\[(prime|tmp-pvc)-[^\]]*\] : /, '');
  return {
    reason: classifier(input)(message, failure.reason),
    message,
    at: failure.firstAt ?? failure.lastAt,
    attempts,
  };
}

function newestFailure(
  events: DeriveInput['events'],
  ...uids: (string | undefined)[]
) {
  return newestEvent(
    events,
    ({ involvedUid, type, reason }) =>
      uids.includes(involvedUid) &&
      type === 'Warning' &&
      FAILURE_EVENTS.has(reason),
  );
}

function classifier(input: DeriveInput) {
  return isImported(input) ? classifyImportError : classifyCloneError;
}
