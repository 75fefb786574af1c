import type { Knex } from 'knex';
import { ACTIVITY_TABLE, TRACKED_TABLE } from './tables';

/** A line of the history, as far as it matters whether its object is gone. */
export interface HistoryLine {
  id?: number | string;
  cluster: string;
  namespace: string;
  name: string;
  uid: string | null;
}

const KEY = ['cluster', 'namespace', 'name'] as const;
/** What the tracker notes when an object is gone, or another has taken its name. */
const DELETED = 'deleted';

const nameOf = (row: Pick<HistoryLine, (typeof KEY)[number]>) =>
  `${row.cluster}/${row.namespace}/${row.name}`;
const objectOf = (row: Omit<HistoryLine, 'id'>) => `${nameOf(row)} ${row.uid}`;

/**
 * Ids of those lines whose objects have been gone since before a moment. Names
 * are borne by one object after the other, and an object has several uids (its
 * DataVolume's, its claim's, of which the former may be taken away) or none yet
 * (when it was asked for). So a line is of the object that is there if it bears
 * one of that one's uids, or if nothing of that name was deleted after it. It is
 * of one that was there lately if something was noted of its uid since, or of
 * its name where nothing bears it any more.
 *
 * @param before - ISO 8601
 * @param lines - older than that
 */
export async function idsOfPastLines(
  knex: Knex,
  before: string,
  lines: HistoryLine[],
): Promise<number[]> {
  const keys = [
    ...new Map(lines.map(line => [nameOf(line), line])).values(),
  ].map(({ cluster, namespace, name }) => [cluster, namespace, name]);
  const alive = await aliveOf(knex, keys);
  const recent = await recentOf(knex, before, keys, lines);
  const deletions = await lastDeletionsOf(knex, before, keys);
  const isPast = (line: HistoryLine) => {
    if (line.uid !== null) {
      const object = objectOf(line);
      if (alive.objects.has(object) || recent.objects.has(object)) return false;
    }
    const name = nameOf(line);
    if ((deletions.get(name) ?? -1) >= Number(line.id)) return true;
    return !alive.names.has(name) && !recent.names.has(name);
  };
  return lines.filter(isPast).map(({ id }) => Number(id));
}

async function aliveOf(knex: Knex, keys: string[][]) {
  const rows = await knex(TRACKED_TABLE)
    .whereIn([...KEY], keys)
    .select('uid', 'owner_uid', ...KEY);
  return {
    names: new Set(rows.map(nameOf)),
    objects: new Set(
      rows.flatMap(row => [
        objectOf(row),
        objectOf({ ...row, uid: row.owner_uid }),
      ]),
    ),
  };
}

async function recentOf(
  knex: Knex,
  before: string,
  keys: string[][],
  lines: HistoryLine[],
) {
  const since = () =>
    knex<HistoryLine & { at: string }>(ACTIVITY_TABLE)
      .whereIn([...KEY], keys)
      .andWhere('at', '>=', before);
  const uids = new Set(lines.flatMap(({ uid }) => uid ?? []));
  const names = await since().distinct(...KEY);
  const objects = await since()
    .whereIn('uid', [...uids])
    .distinct('uid', ...KEY);
  return {
    names: new Set(names.map(nameOf)),
    objects: new Set(objects.map(objectOf)),
  };
}

/** By name: id of the last line that tells of a deletion before the moment. */
async function lastDeletionsOf(
  knex: Knex,
  before: string,
  keys: string[][],
): Promise<Map<string, number>> {
  const rows: (HistoryLine & { last: number | string })[] = await knex(
    ACTIVITY_TABLE,
  )
    .whereIn([...KEY], keys)
    .andWhere({ action: DELETED })
    .andWhere('at', '<', before)
    .groupBy(...KEY)
    .select(...KEY)
    .max({ last: 'id' });
  return new Map(rows.map(row => [nameOf(row), Number(row.last)]));
}
