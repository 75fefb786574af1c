import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { isImported } from './classify';
import type { Finding } from './Finding';
import { newestEvent } from './newestEvent';
import type { DeriveInput } from './types';

/**
 * Since when something is as it is, where that is not what was seen: ISO 8601,
 * or nothing where the cluster does not say it. At the first look all that the
 * cluster remembers counts, for a volume that has been ready for a month did not
 * become so when the portal was installed; later only what is exact does.
 *
 * Nothing says when Longhorn ended a copy: what is ready since then was copied
 * when its claim was bound, at the earliest (Longhorn 1.12).
 */
export function sinceByCluster(
  input: DeriveInput,
  finding: Finding,
  isFirstLook: boolean,
): string | undefined {
  if (finding.sinceAt) return finding.sinceAt;
  const { outcome } = finding;
  const exact =
    outcome === 'done' && isImported(input) ? readyAt(input) : undefined;
  return exact ?? (isFirstLook ? atFirstLook(input, finding) : undefined);
}

function atFirstLook(
  input: DeriveInput,
  { outcome, reason }: Finding,
): string | undefined {
  const { dataVolume, claim } = input;
  const createdAt = (dataVolume ?? claim)?.metadata.createdAt;
  switch (outcome) {
    case 'done':
    case 'resizing':
      return writtenReadyAt(input) ?? readyAt(input) ?? boundAt(input);
    case 'unknown':
      return boundAt(input);
    case 'running':
      return isImported(input)
        ? dataVolume?.conditions.running?.transitionAt ?? createdAt
        : boundAt(input) ?? createdAt;
    case 'failed':
      return reason === 'copy-attempts-exhausted'
        ? copyFailed(input)?.lastAt
        : dataVolume?.conditions.running?.transitionAt;
    case 'failing':
      return copyFailed(input)?.firstAt;
    case 'pending':
    case 'waiting':
      return createdAt;
    default:
      return undefined;
  }
}

/** As the product wrote it down, when it saw it of this very claim. */
function writtenReadyAt({ dataVolume, claim }: DeriveInput) {
  const annotations = (dataVolume ?? claim)?.metadata.annotations ?? {};
  return annotations[ANNOTATIONS.claimUid] === claim?.metadata.uid
    ? annotations[ANNOTATIONS.readyAt]
    : undefined;
}

function readyAt({ dataVolume }: DeriveInput): string | undefined {
  return trueSince(dataVolume?.conditions.ready);
}

function boundAt(input: DeriveInput): string | undefined {
  const { dataVolume, claim, persistentVolume } = input;
  if (claim?.phase !== 'Bound') return undefined;
  return (
    trueSince(dataVolume?.conditions.bound) ??
    (persistentVolume?.phase === 'Bound'
      ? persistentVolume.phaseSince
      : undefined) ??
    claim.metadata.createdAt
  );
}

function copyFailed({ events }: DeriveInput) {
  return newestEvent(events, ({ reason }) => reason === 'VolumeCloneFailed');
}

function trueSince(
  condition: { status: string; transitionAt?: string } | undefined,
): string | undefined {
  return condition?.status === 'True' ? condition.transitionAt : undefined;
}
