import {
  ANNOTATIONS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import { isOurs, ownerMetadata, type DerivedRow } from '../tracking/rows';

/**
 * The annotations that say which bytes were meant, to be written once: at the
 * first `ready` or `usable` of an object of ours.
 */
export function planIdentity(
  row: DerivedRow,
  nowMs: number,
): Record<string, string> | undefined {
  const { joined, record } = row;
  const { object } = record.tracked;
  const owner = ownerMetadata(joined);
  const { claim, persistentVolume } = joined;
  const done = object.state === 'ready' || object.state === 'usable';
  const ours = isOurs(joined, ROLE_GOLDEN_IMAGE) || isOurs(joined, ROLE_CLONE);
  if (!done || !ours || !claim || !owner || owner.deletedAt) return undefined;
  if (owner.annotations[ANNOTATIONS.claimUid] !== undefined) return undefined;
  if (!persistentVolume?.capacityBytes) return undefined;
  const { volumeHandle, capacityBytes } = persistentVolume;
  return {
    [ANNOTATIONS.claimUid]: claim.metadata.uid,
    // A volume of no CSI driver has none.
    ...(volumeHandle && { [ANNOTATIONS.volumeHandle]: volumeHandle }),
    [ANNOTATIONS.capacityBytes]: String(capacityBytes),
    [ANNOTATIONS.readyAt]: new Date(nowMs).toISOString(),
  };
}
