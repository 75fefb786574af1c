import { classifyRefusal, isLostRace } from './classifyMessage';
import type { Finding } from './Finding';
import type { Lasting } from './lasting';
import { newestEvent, timeOf } from './newestEvent';
import { redactMessage } from './redact';
import type { DataVolumeView, DeriveInput, EventView } from './types';

const QUOTA_MS = 10_000;
const REFUSED_MS = 10_000;
const HARMLESS_MS = 60_000;
const QUOTA = /exceeded quota/i;

const QUOTA_EVENTS = new Set([
  'ErrExceededQuota',
  'ErrCreatingPVCPrime',
  'ErrStartingPod',
  'Pending',
]);
/** Reasons of condition `Running` with which the transfer stands still for want of an object. */
const STUCK = new Set([
  '',
  'Scratch space required',
  'ErrExceededQuota',
  'ErrStartingPod',
  // A Pod waits for the claim that is refused.
  'Unschedulable',
]);

/**
 * What the API server refuses to CDI: by quota, or by a LimitRange or policy. An
 * outcome `pending` says only when to look again.
 */
export function findRefusal(
  input: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  return (
    findQuota(input, dataVolume, lasting) ??
    findRefusedClaim(input, dataVolume, lasting) ??
    findRefusedPrime(input, dataVolume, lasting)
  );
}

/** Nothing of CDI's work is under way yet. */
const isBeforeStart = ({ phase }: DataVolumeView) =>
  phase === undefined || phase === 'Pending';

/** The first Pod ended for want of scratch space, and CDI made another one: there is scratch space now (recorded). */
const hasScratchPod = ({ phase, conditions: { running } }: DataVolumeView) =>
  phase === 'ImportScheduled' && running?.reason === 'Scratch space required';

function findQuota(
  { events, claim }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { bound, running } = dataVolume.conditions;
  // An old text stays in Bound while the work goes on again (recorded).
  if (!STUCK.has(running?.reason ?? '')) return undefined;
  if (hasScratchPod(dataVolume)) return undefined;
  const uids = [dataVolume.metadata.uid, claim?.metadata.uid];
  const said = events.filter(
    ({ involvedUid, reason, message }) =>
      uids.includes(involvedUid) &&
      QUOTA_EVENTS.has(reason) &&
      QUOTA.test(message),
  );
  const event = newestEvent(said, () => true);
  if (event && hasNextPod(events, dataVolume, event)) return undefined;
  // Each object that is refused has an Event of its own.
  const firstAt = said
    .flatMap(one => one.firstAt ?? [])
    .sort((a, b) => timeOf(a) - timeOf(b))
    .at(0);
  const shown = [bound?.message, running?.message].find(text =>
    QUOTA.test(text ?? ''),
  );
  // One refusal at the start can be a false alarm that the next try hides (recorded).
  // What was refused is the claim itself, until that is there.
  const told = claim
    ? newestEvent(said, ({ involvedUid }) => involvedUid === claim.metadata.uid)
    : event;
  const message =
    shown ?? (isBeforeStart(dataVolume) ? told?.message : undefined);
  if (!message) return undefined;
  const { counts, dueAtMs, countsSince } = lasting.note(
    'quota',
    QUOTA_MS,
    firstAt,
  );
  return counts
    ? {
        outcome: 'failing',
        reason: 'quota',
        message,
        sinceAt: firstAt,
        countsSince,
        attempts: event?.count,
      }
    : { outcome: 'pending', dueAtMs };
}

/** CDI makes the next Pod once nothing is refused to it any more. */
function hasNextPod(
  events: EventView[],
  { metadata }: DataVolumeView,
  refusal: EventView,
): boolean {
  const next = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === metadata.uid && reason === 'ImportScheduled',
  );
  return timeOf(next?.lastAt) > timeOf(refusal.lastAt);
}

/** A claim that a LimitRange or a policy refuses to CDI leaves no trace but its absence (recorded). */
function findRefusedClaim(
  { claim, formerClaim, dryRunRefusal, events }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  const { bound } = dataVolume.conditions;
  // The name is free only when the claim of a predecessor is gone.
  if (claim || formerClaim || bound?.reason !== 'NotFound') return undefined;
  // Without a size CDI makes the claim only after it has measured the source (recorded).
  const measuring = events.some(
    ({ involvedUid, reason }) =>
      involvedUid === dataVolume.metadata.uid &&
      reason.startsWith('SizeDetection'),
  );
  if (measuring) return undefined;
  const { counts, dueAtMs, countsSince } = lasting.note(
    'no-claim',
    REFUSED_MS,
    bound.transitionAt,
  );
  if (!counts) return { outcome: 'pending', dueAtMs };
  const said = dryRunRefusal ? redactMessage(dryRunRefusal) : undefined;
  return {
    outcome: 'failing',
    reason: said ? classifyRefusal(said) : 'claim-refused',
    message: said ?? bound.message,
    sinceAt: bound.transitionAt,
    countsSince,
    needsDryRun: dryRunRefusal === undefined,
  };
}

/** The temporary claim is refused. CDI makes it twice, and the second try loses (recorded). */
function findRefusedPrime(
  { claim, events }: DeriveInput,
  dataVolume: DataVolumeView,
  lasting: Lasting,
): Finding | undefined {
  if (!claim || !isBeforeStart(dataVolume)) return undefined;
  const refused = newestEvent(
    events,
    ({ involvedUid, reason, message }) =>
      involvedUid === claim.metadata.uid &&
      reason === 'ErrCreatingPVCPrime' &&
      !isLostRace(message),
  );
  if (!refused) return undefined;
  const { counts, dueAtMs, countsSince } = lasting.note(
    'prime-refused',
    HARMLESS_MS,
    refused.firstAt,
  );
  return counts
    ? {
        outcome: 'failing',
        reason: classifyRefusal(refused.message),
        message: refused.message,
        attempts: refused.count,
        sinceAt: refused.firstAt,
        countsSince,
      }
    : { outcome: 'pending', dueAtMs };
}
