import {
  classifyProvisioningError,
  isLostRace,
  isWaitingReason,
} from './classifyMessage';
import type { Finding } from './Finding';
import { findBytes } from './findBytes';
import type { Lasting } from './lasting';
import { newestEvent, timeOf } from './newestEvent';
import { withoutHelper } from './transferPods';
import type { ClaimView, DeriveInput, EventView } from './types';

const HARMLESS_MS = 60_000;

/** A failure before it is over: there is a volume, or a class which waits for the first Pod. */
const OVER_WITH = new Set(['ProvisioningSucceeded', 'WaitForFirstConsumer']);

/**
 * Why the provisioner does not give the claim a volume. Its last word counts,
 * also where CDI copied it from the temporary claim that it fills.
 */
export function findProvisioning(
  events: EventView[],
  claimUid: string,
  lasting: Lasting,
): Finding | undefined {
  return lastWord(events, claimUid)
    ? findProvisioningError(events, claimUid)
    : findLostRaces(events, claimUid, lasting);
}

/** The same, without what is harmless when two writers meet. */
export function findProvisioningError(
  events: EventView[],
  claimUid: string,
): Finding | undefined {
  const word = lastWord(events, claimUid);
  if (word?.reason !== 'ProvisioningFailed') return undefined;
  const reason = classifyProvisioningError(word.message);
  if (reason === 'storage-class-missing' && hasClass(events, word))
    return undefined;
  return {
    outcome: isWaitingReason(reason) ? 'waiting' : 'failing',
    reason,
    message: withoutHelper(word.message),
    attempts: word.count,
    sinceAt: word.firstAt,
  };
}

function lastWord(events: EventView[], claimUid: string) {
  return newestEvent(
    events,
    ({ involvedUid, reason, message }) =>
      involvedUid === claimUid &&
      (OVER_WITH.has(reason) ||
        (reason === 'ProvisioningFailed' && !isLostRace(message))),
  );
}

/** Only a claim whose class is there is left to a provisioner (Kubernetes 1.36, pv_controller.go). */
function hasClass(events: EventView[], missing: EventView): boolean {
  const left = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === missing.involvedUid && reason === 'ExternalProvisioning',
  );
  return timeOf(left?.lastAt) > timeOf(missing.lastAt);
}

/** Two writers met: harmless in every healthy run, unless that is all that happens for long. */
function findLostRaces(
  events: EventView[],
  claimUid: string,
  lasting: Lasting,
): Finding | undefined {
  const race = newestEvent(
    events,
    ({ involvedUid, reason, message }) =>
      involvedUid === claimUid &&
      reason === 'ProvisioningFailed' &&
      isLostRace(message),
  );
  if (!race) return undefined;
  const { counts, ...rest } = lasting.note(
    'lost-race',
    HARMLESS_MS,
    race.firstAt,
  );
  return counts
    ? {
        outcome: 'failing',
        reason: 'provisioning',
        message: withoutHelper(race.message),
        attempts: race.count,
        sinceAt: race.firstAt,
        countsSince: rest.countsSince,
      }
    : { outcome: 'pending', reason: 'requested', dueAtMs: rest.dueAtMs };
}

/** The state of a claim that no DataVolume owns. */
export function findClaimState(
  input: DeriveInput,
  claim: ClaimView,
  lasting: Lasting,
): Finding {
  const { events } = input;
  const { uid } = claim.metadata;
  if (claim.phase === 'Lost') return { outcome: 'lost', reason: 'volume-gone' };
  if (claim.phase === 'Bound') {
    return isLeftUnfinished(claim)
      ? { outcome: 'running' }
      : findBytes(input, claim, lasting);
  }
  const provisioning = findProvisioning(events, uid, lasting);
  if (provisioning) return provisioning;
  const consumer = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === uid && reason === 'WaitForFirstConsumer',
  );
  return consumer && !claim.nodeSelected
    ? {
        outcome: 'waiting',
        reason: 'first-consumer',
        message: consumer.message,
      }
    : { outcome: 'pending', reason: 'requested' };
}

/**
 * CDI goes on importing into a claim whose DataVolume was taken away without it.
 * Without a populator such a claim is bound from the beginning (CDI 1.66).
 */
function isLeftUnfinished({ cdi }: ClaimView): boolean {
  const phase = cdi['storage.pod.phase'];
  return (
    phase !== undefined &&
    phase !== 'Succeeded' &&
    cdi['storage.condition.running.reason'] !== 'Completed'
  );
}
