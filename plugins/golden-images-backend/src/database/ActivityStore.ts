import type { Knex } from 'knex';

/** One line of the history of an object. */
export interface Activity {
  cluster: string;
  namespace: string;
  name: string;
  uid?: string;
  action: string;
  /** Entity ref; absent where the backend itself acted. */
  actor?: string;
  message: string;
  /** ISO 8601. */
  at: string;
}

interface ActivityTableRow {
  id?: number | string;
  cluster: string;
  namespace: string;
  name: string;
  uid: string | null;
  action: string;
  actor: string | null;
  message: string;
  at: string;
}

const TABLE = 'activity';
const MAX_MESSAGE = 1024;

/** Who asked for what, and what became of it. A relist does not rebuild this. */
export class ActivityStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async add(activity: Activity): Promise<void> {
    await this.#knex<ActivityTableRow>(TABLE).insert({
      cluster: activity.cluster,
      namespace: activity.namespace,
      name: activity.name,
      uid: activity.uid ?? null,
      action: activity.action,
      actor: activity.actor ?? null,
      message: activity.message.slice(0, MAX_MESSAGE),
      at: activity.at,
    });
  }

  /** Newest first. */
  async list(
    key: { cluster: string; namespace: string; name: string },
    limit: number,
  ): Promise<Activity[]> {
    const { cluster, namespace, name } = key;
    const rows = await this.#knex<ActivityTableRow>(TABLE)
      .where({ cluster, namespace, name })
      .orderBy('id', 'desc')
      .limit(limit);
    return rows.map(row => ({
      cluster,
      namespace,
      name,
      uid: row.uid ?? undefined,
      action: row.action,
      actor: row.actor ?? undefined,
      message: row.message,
      at: row.at,
    }));
  }
}
