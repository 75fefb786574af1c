import { isImported } from './classify';
import {
  classifyCloneError,
  classifyImportError,
  isLostRace,
} from './classifyMessage';
import { newestEvent, timeOf } from './newestEvent';
import {
  BACK_TO_THE_START,
  ENDED_IN_ERROR,
  FAILURE_EVENTS,
  NEXT_PHASE_EVENTS,
  NOT_STARTED,
  POD_FAILED_EVENTS,
  POPULATOR_RUNS,
  reasonsOf,
  withoutHelper,
} from './transferPods';
import type { DataVolumeView, DeriveInput, Memory } from './types';

type LastError = NonNullable<Memory['lastError']>;

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
  const shown =
    fromCondition(input, dataVolume) ?? fromFailedPod(input, dataVolume);
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
    progress:
      shown ?? isRestarted(memory.attempt, dataVolume)
        ? dataVolume.progress
        : memory.lastError?.progress,
  };
}

function fromCondition(
  input: DeriveInput,
  { conditions, restartCount }: DataVolumeView,
): LastError | undefined {
  const { running } = conditions;
  const { message = '' } = running ?? {};
  if (running?.status !== 'False' || isLostRace(message)) return undefined;
  const reasons = reasonsOf(running);
  const error = reasons.find(reason => ENDED_IN_ERROR.has(reason));
  const reason = error ?? reasons.find(one => NOT_STARTED.has(one));
  if (reason === undefined) return undefined;
  return {
    reason: classifier(input)(message, reason),
    message,
    at: running.transitionAt ?? new Date(input.nowMs).toISOString(),
    attempts: error ? restartCount + 1 : 0,
  };
}

/**
 * A Pod that was evicted, or that its node lost, does not run again. CDI then
 * sets the phase back to that before it ran, and leaves condition `Running` as it
 * was where the Pod has no container status any more. From source, not recorded:
 * CDI 1.66, import-controller.go, upload-controller.go.
 */
function fromFailedPod(
  input: DeriveInput,
  { metadata, phase, restartCount }: DataVolumeView,
): LastError | undefined {
  const { claim, events, nowMs } = input;
  const isFailed =
    BACK_TO_THE_START.has(phase) &&
    claim?.cdi['storage.pod.phase'] === 'Failed';
  if (!isFailed) return undefined;
  const uids = [metadata.uid, claim.metadata.uid];
  const said = newestFailure(events, uids, POD_FAILED_EVENTS);
  const message = said ? withoutHelper(said.message) : '';
  return {
    reason: classifier(input)(message, said?.reason),
    message,
    at: said?.firstAt ?? new Date(nowMs).toISOString(),
    attempts: restartCount + 1,
  };
}

/** Bytes flow, or a Pod that ended without an error has a successor. */
function hasMoved(
  { events, claim }: DeriveInput,
  { phase, progress, conditions, metadata, restartCount }: DataVolumeView,
  { lastError, attempt }: Memory,
): boolean {
  const { running } = conditions;
  if (running?.reason === 'Completed') return true;
  if (running?.status === 'True' && running.reason === POPULATOR_RUNS)
    return true;
  // For a moment the condition is False although its reason says that the Pod runs (recorded).
  const runs =
    running?.status === 'True' || running?.reason === 'Pod is running';
  const isStale =
    (lastError !== undefined && lastError.progress === progress) ||
    isRestarted(attempt, { restartCount, progress });
  if (runs && !isStale && (parseProgress(progress) ?? 0) > 0) return true;
  if (
    phase === 'ImportScheduled' ||
    running?.reason === 'Scratch space required'
  )
    return true;
  const failure = newestFailure(events, [metadata.uid, claim?.metadata.uid]);
  const next = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === metadata.uid && NEXT_PHASE_EVENTS.has(reason),
  );
  return failure !== undefined && timeOf(next?.lastAt) > timeOf(failure.lastAt);
}

/** What tells of the attempt that runs whether it is still the same one. */
export const attemptOf = (
  dataVolume: DataVolumeView | undefined,
): Memory['attempt'] =>
  dataVolume && {
    restartCount: dataVolume.restartCount,
    progress: dataVolume.progress,
  };

/**
 * A Pod was started again, and its progress is still that of the run before it:
 * of the Pod that reads the source of a host-assisted copy nothing else tells
 * (CDI 1.66, clone-controller.go).
 */
function isRestarted(
  before: Memory['attempt'],
  now: Pick<DataVolumeView, 'restartCount' | 'progress'>,
): boolean {
  return (
    before !== undefined &&
    now.restartCount > before.restartCount &&
    now.progress === before.progress
  );
}

/** What is left of a failure while the next attempt runs. */
function fromTraces(
  input: DeriveInput,
  { metadata, restartCount }: DataVolumeView,
  memory: Memory,
): LastError | undefined {
  const failure = newestFailure(input.events, [
    metadata.uid,
    input.claim?.metadata.uid,
  ]);
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
  const message = withoutHelper(failure.message);
  return {
    reason: classifier(input)(message, failure.reason),
    message,
    at: failure.firstAt ?? failure.lastAt,
    attempts,
  };
}

function newestFailure(
  events: DeriveInput['events'],
  uids: (string | undefined)[],
  reasons = FAILURE_EVENTS,
) {
  return newestEvent(
    events,
    ({ involvedUid, type, reason, message }) =>
      uids.includes(involvedUid) &&
      type === 'Warning' &&
      reasons.has(reason) &&
      !isLostRace(message),
  );
}

function classifier(input: DeriveInput) {
  return isImported(input) ? classifyImportError : classifyCloneError;
}
