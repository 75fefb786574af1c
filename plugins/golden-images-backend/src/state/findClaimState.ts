import { classifyProvisioningError, isWaitingReason } from './classifyMessage';
import type { Finding } from './Finding';
import { findBytes } from './findBytes';
import type { Lasting } from './lasting';
import type { ClaimView, DeriveInput, EventView } from './types';

const CDI_GROUP = 'cdi.kubevirt.io';

/** The newest Event that fits, by its last occurrence. */
export function newestEvent(
  events: EventView[],
  fits: (event: EventView) => boolean,
): EventView | undefined {
  return events
    .filter(fits)
    .reduce<EventView | undefined>(
      (newest, event) =>
        !newest || event.lastAt >= newest.lastAt ? event : newest,
      undefined,
    );
}

/** Why the provisioner does not give the claim a volume; its last word counts. */
export function findProvisioning(
  events: EventView[],
  claimUid: string,
): Finding | undefined {
  const failure = newestEvent(
    events,
    ({ involvedUid, reason }) =>
      involvedUid === claimUid && reason === 'ProvisioningFailed',
  );
  if (!failure) return undefined;
  const reason = classifyProvisioningError(failure.message);
  return {
    outcome: isWaitingReason(reason) ? 'waiting' : 'failing',
    reason,
    message: failure.message,
    attempts: failure.count,
    sinceAt: failure.firstAt,
  };
}

/** The state of a claim that no DataVolume owns. */
export function findClaimState(
  input: DeriveInput,
  claim: ClaimView,
  lasting: Lasting,
): Finding {
  if (claim.phase === 'Lost') return { outcome: 'lost', reason: 'volume-gone' };
  if (claim.phase === 'Bound') return findBytes(input, claim, lasting);
  const provisioning = findProvisioning(input.events, claim.metadata.uid);
  // Of a populator's claim the provisioner says only that it leaves it alone.
  const populated = claim.dataSource?.apiGroup === CDI_GROUP;
  if (provisioning && !(populated && provisioning.reason === 'provisioning')) {
    return provisioning;
  }
  const consumer = newestEvent(
    input.events,
    ({ involvedUid, reason }) =>
      involvedUid === claim.metadata.uid && reason === 'WaitForFirstConsumer',
  );
  if (consumer)
    return {
      outcome: 'waiting',
      reason: 'first-consumer',
      message: consumer.message,
    };
  return { outcome: 'pending', reason: 'requested' };
}
