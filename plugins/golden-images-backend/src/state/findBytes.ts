import { isImported } from './classify';
import type { Finding } from './Finding';
import type { Lasting } from './lasting';
import { findLonghornState } from './longhornCopy';
import type { ClaimView, DeriveInput } from './types';

const LONGHORN_DRIVER = 'driver.longhorn.io';
/** A watch of another kind may be behind for a moment; longer, and the object is not there. */
const BEHIND_MS = 60_000;

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
  const { persistentVolume, longhornVolume } = input;
  const copyUnknown: Finding = {
    outcome: 'unknown',
    reason: 'bound-copy-state-unknown',
    bound: true,
  };
  const behind = (key: string, then: Finding): Finding => {
    const { counts, dueAtMs } = lasting.note(key, BEHIND_MS);
    return counts ? then : { outcome: 'running', bound: true, dueAtMs };
  };
  if (!wantsCopy(input, claim)) {
    // Nothing is copied behind the claim's back: CDI itself wrote the bytes, or there are none.
    if (!longhornVolume) return { outcome: 'done', bound: true, copied: true };
    return withResizing(
      findLonghornState(longhornVolume, input.sourceLonghornVolume),
      claim,
    );
  }
  if (!input.longhornReadable) return copyUnknown;
  if (!persistentVolume) return behind('no-persistent-volume', copyUnknown);
  if (persistentVolume.driver !== LONGHORN_DRIVER) return copyUnknown;
  if (!longhornVolume) {
    return behind('no-longhorn-volume', {
      outcome: 'lost',
      reason: 'volume-gone',
    });
  }
  return withResizing(
    findLonghornState(longhornVolume, input.sourceLonghornVolume),
    claim,
  );
}

/** Without Longhorn's word: whether something may still be copied after the claim is bound. */
function wantsCopy(input: DeriveInput, claim: ClaimView): boolean {
  const { dataVolume, longhornVolume } = input;
  if (longhornVolume?.dataSource) return true;
  if (isImported(input)) return false;
  // CDI's host-assisted copy ends before the claim is bound (recorded with CDI 1.66).
  if (claim.cdi.cloneType === 'copy') return false;
  return dataVolume !== undefined || claim.dataSource !== undefined;
}

function withResizing(finding: Finding, claim: ClaimView): Finding {
  if (finding.outcome !== 'done') return finding;
  const is = (type: string) =>
    claim.conditions.some(
      condition => condition.type === type && condition.status === 'True',
    );
  if (is('FileSystemResizePending'))
    return { ...finding, outcome: 'resizing', reason: 'needs-a-pod' };
  if (is('Resizing') || is('ControllerResizeError'))
    return { ...finding, outcome: 'resizing', reason: 'resizing' };
  return finding;
}
