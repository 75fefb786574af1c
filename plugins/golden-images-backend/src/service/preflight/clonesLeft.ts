import type {
  ClonesLeft,
  Problem,
} from '@golden-images/plugin-golden-images-common';

/** Longhorn stops here unless the volume or the setting says less (Longhorn 1.12). */
const DEFAULT_LIMIT = 250;
const WARN_AT = 100;
/** Other snapshots need room too, such as those of a rebuilding replica. */
const RESERVE = 10;

const REMEDY = 'import the same bytes as a new version and clone that one';

/** Every clone that Longhorn makes leaves a snapshot on its source. */
export function clonesLeftOf(snapshots: number, max?: number): ClonesLeft {
  const limit = Math.min(max ?? DEFAULT_LIMIT, DEFAULT_LIMIT);
  return { snapshots, limit, left: Math.max(0, limit - RESERVE - snapshots) };
}

/** @param field - of the request, that holds what is cloned */
export function snapshotProblem(
  of: ClonesLeft,
  field: string,
): Problem | undefined {
  if (of.left > 0) return undefined;
  return {
    field,
    code: 'snapshots-exhausted',
    message: `its volume has ${of.snapshots} snapshots of at most ${of.limit}, one for each clone, so no more clones are made of it`,
    remedy: REMEDY,
  };
}

export function snapshotWarning(of: ClonesLeft): string | undefined {
  if (of.left === 0 || of.snapshots < WARN_AT) return undefined;
  return `The volume that is copied has ${of.snapshots} snapshots, one for each clone: ${of.left} more clones can be made of it. An owner can ${REMEDY}.`;
}
