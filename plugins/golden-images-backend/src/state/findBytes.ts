import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { isImported } from './classify';
import type { Finding } from './Finding';
import type { Lasting } from './lasting';
import { findLonghornState } from './longhornCopy';
import type { ClaimView, DeriveInput, LonghornVolumeView } from './types';

const LONGHORN_DRIVER = 'driver.longhorn.io';
/** A watch of another kind may be behind for a moment; longer, and the object is not there. */
const BEHIND_MS = 60_000;

const COPY_UNKNOWN: Finding = {
  outcome: 'unknown',
  reason: 'bound-copy-state-unknown',
};
const NOT_SEEN: Finding = { outcome: 'running', reason: 'copy-not-started' };
const GONE: Finding = { outcome: 'lost', reason: 'volume-gone' };

/**
 * Whether the bytes of a bound claim are there. Follows claim → PersistentVolume
 * → `spec.csi.volumeHandle` → Longhorn volume; CDI's populators bind a claim to a
 * volume that is named after another one.
 */
export function findBytes(
  input: DeriveInput,
  claim: ClaimView,
  lasting: Lasting,
): Finding {
  const { persistentVolume, longhornReadable } = input;
  const { persistentVolumesReadable = true } = input;
  // What was read once and cannot be read any more is not known.
  const longhornVolume = longhornReadable ? input.longhornVolume : undefined;
  if (longhornVolume) return findOnLonghorn(input, longhornVolume, claim);
  const onLonghorn = persistentVolume?.driver === LONGHORN_DRIVER;
  const mayBeCopied = isCopyPossible(input, claim);
  const meanwhile: Finding =
    mayBeCopied && !wasThere(input, claim)
      ? NOT_SEEN
      : withResizing({ outcome: 'done', copied: true }, claim);
  if (longhornReadable && onLonghorn)
    return behind('no-longhorn-volume', meanwhile, GONE, lasting);
  // Nothing is copied behind the claim's back: CDI itself wrote the bytes, or there are none.
  if (!mayBeCopied)
    return withResizing({ outcome: 'done', copied: true }, claim);
  return longhornReadable && persistentVolumesReadable && !persistentVolume
    ? behind('no-persistent-volume', meanwhile, COPY_UNKNOWN, lasting)
    : COPY_UNKNOWN;
}

function findOnLonghorn(
  { sourceLonghornVolume, events }: DeriveInput,
  volume: LonghornVolumeView,
  claim: ClaimView,
): Finding {
  return withResizing(
    findLonghornState(volume, sourceLonghornVolume, events),
    claim,
  );
}

function behind(
  key: string,
  meanwhile: Finding,
  then: Finding,
  lasting: Lasting,
): Finding {
  const { counts, dueAtMs } = lasting.note(key, BEHIND_MS);
  return counts ? then : { ...meanwhile, dueAtMs };
}

/** The bytes of this very claim were there: a copy that was done does not begin again. */
function wasThere(
  { dataVolume, memory }: DeriveInput,
  claim: ClaimView,
): boolean {
  const { annotations } = (dataVolume ?? claim).metadata;
  return [memory?.readyClaimUid, annotations[ANNOTATIONS.claimUid]].includes(
    claim.metadata.uid,
  );
}

/** Without Longhorn's word: whether something may still be copied after the claim is bound. */
function isCopyPossible(input: DeriveInput, claim: ClaimView): boolean {
  if (isImported(input)) return false;
  // CDI's host-assisted copy ends before the claim is bound (recorded with CDI 1.66).
  if (claim.cdi.cloneType === 'copy') return false;
  return input.dataVolume !== undefined || claim.dataSource !== undefined;
}

function withResizing(finding: Finding, claim: ClaimView): Finding {
  if (finding.outcome !== 'done') return finding;
  const conditionOf = (type: string) =>
    claim.conditions.find(
      condition => condition.type === type && condition.status === 'True',
    );
  const error =
    conditionOf('ControllerResizeError') ?? conditionOf('NodeResizeError');
  if (conditionOf('FileSystemResizePending') && !error)
    return { ...finding, outcome: 'resizing', reason: 'needs-a-pod' };
  const { requestedBytes, capacityBytes } = claim;
  const growing =
    requestedBytes !== undefined &&
    capacityBytes !== undefined &&
    requestedBytes > capacityBytes;
  if (error || conditionOf('Resizing') || growing) {
    return {
      ...finding,
      outcome: 'resizing',
      reason: 'resizing',
      message: error?.message,
    };
  }
  return finding;
}
