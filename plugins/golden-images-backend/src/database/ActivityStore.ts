import type { Activity } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { idsOfPastLines } from './pastLines';
import { ACTIVITY_TABLE } from './tables';

export interface ActivityPage {
  items: Activity[];
  /** Id of the last item, when there may be older ones. */
  lastId?: number;
}

interface ActivityTableRow {
  id?: number | string;
  cluster: string;
  namespace: string;
  name: string;
  kind: string | null;
  uid: string | null;
  action: string;
  actor: string | null;
  entity_ref: string | null;
  message: string;
  at: string;
}

const TABLE = ACTIVITY_TABLE;
const KEY = ['cluster', 'namespace', 'name'] as const;
const MAX_MESSAGE = 1024;
const PRUNE_ROWS = 500;

/** Who asked for what, and what became of it. A relist does not rebuild this. */
export class ActivityStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async add(activity: Activity): Promise<void> {
    await addActivity(this.#knex, [activity]);
  }

  /** Of one object, or of a namespace. Newest first. */
  async list(
    key: { cluster: string; namespace: string; name?: string },
    page: { limit: number; beforeId?: number },
  ): Promise<ActivityPage> {
    const { cluster, namespace, name } = key;
    const query = this.#knex<ActivityTableRow>(TABLE)
      .where({ cluster, namespace })
      .orderBy('id', 'desc')
      .limit(page.limit);
    if (name !== undefined) query.andWhere({ name });
    if (page.beforeId !== undefined) query.andWhere('id', '<', page.beforeId);
    const rows = await query;
    return {
      items: rows.map(activityOf),
      lastId: rows.length < page.limit ? undefined : Number(rows.at(-1)?.id),
    };
  }

  /**
   * Looks at the next few lines and deletes those of objects that have been
   * gone since `before`, in all clusters, whether or not another object bears
   * the name by now. See `idsOfPastLines` for how they
   * are told apart.
   *
   * @param before - ISO 8601
   * @param afterId - what the last call returned, 0 at first
   * @returns where to go on; 0 when there is nothing older left to look at
   */
  async prune(before: string, afterId: number): Promise<number> {
    const rows = await this.#knex<ActivityTableRow>(TABLE)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(PRUNE_ROWS)
      .select('id', 'uid', 'at', ...KEY);
    const old = rows.filter(({ at }) => at < before);
    if (old.length > 0) {
      const ids = await idsOfPastLines(this.#knex, before, old);
      await this.#knex<ActivityTableRow>(TABLE).whereIn('id', ids).delete();
    }
    const isLast = rows.length < PRUNE_ROWS || old.length < rows.length;
    return isLast ? 0 : Number(rows.at(-1)?.id);
  }
}

/** Within a transaction where the history must not be without what it tells of. */
export async function addActivity(
  knex: Knex,
  activities: Activity[],
): Promise<void> {
  if (activities.length === 0) return;
  await knex<ActivityTableRow>(TABLE).insert(
    activities.map(activity => ({
      cluster: activity.cluster,
      namespace: activity.namespace,
      name: activity.name,
      kind: activity.kind,
      uid: activity.uid ?? null,
      action: activity.action,
      actor: activity.actor ?? null,
      entity_ref: activity.entityRef?.toLocaleLowerCase('en-US') ?? null,
      message: activity.message.slice(0, MAX_MESSAGE),
      at: activity.at,
    })),
  );
}

function activityOf(row: ActivityTableRow): Activity {
  return {
    cluster: row.cluster,
    namespace: row.namespace,
    name: row.name,
    kind: row.kind === 'image' ? 'image' : 'volume',
    uid: row.uid ?? undefined,
    action: row.action,
    actor: row.actor ?? undefined,
    entityRef: row.entity_ref ?? undefined,
    message: row.message,
    at: row.at,
  };
}
