import {
  REASONS,
  type Activity,
} from '@golden-images/plugin-golden-images-common';
import type { TrackedRecord } from '../database';

/**
 * What the history of an object says about a change of its row. An object that
 * was replaced by another of its name has two lines.
 */
export function historyOf(
  before: TrackedRecord | undefined,
  after: TrackedRecord | undefined,
  at: string,
): Activity[] {
  if (!before) return [];
  const lines: Activity[] = [];
  const { object } = before.tracked;
  if (!after || isAnother(before, after)) {
    lines.push({
      ...subjectOf(before),
      action: 'deleted',
      message: `${object.name} is gone from the cluster; it was ${object.state}`,
      at,
    });
  }
  if (after && becameHopeless(before, after)) {
    const { reason, message } = after.tracked.object;
    const why = reason ? `: ${REASONS[reason].words}` : '';
    lines.push({
      ...subjectOf(after),
      action: 'failing',
      message: `${object.name} needs a person${why}${
        message ? ` (${message})` : ''
      }`,
      at,
    });
  }
  return lines;
}

/** CDI may remove a DataVolume and leave the claim, which is the same object to people. */
function isAnother(before: TrackedRecord, after: TrackedRecord): boolean {
  const known = uidsOf(before);
  return known.length > 0 && !uidsOf(after).some(uid => known.includes(uid));
}

function uidsOf({ tracked }: TrackedRecord): string[] {
  return [tracked.ownerUid, tracked.object.uid].filter(
    uid => uid !== undefined,
  );
}

function becameHopeless(before: TrackedRecord, after: TrackedRecord): boolean {
  const again = before.tracked.giveUp && !isAnother(before, after);
  return after.tracked.giveUp && !again;
}

function subjectOf({ tracked }: TrackedRecord) {
  const { object, ownerUid } = tracked;
  const { cluster, namespace, name, kind } = object;
  return {
    cluster,
    namespace,
    name,
    kind,
    uid: ownerUid ?? object.uid,
    entityRef: object.kind === 'volume' ? object.entityRef : undefined,
  };
}
