import {
  reasonInfo,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import {
  CLONES_TABLE,
  rowOf,
  type CloneRequestRow,
  type CloneTableRow,
} from './CloneQueueStore';
import { lastTurns } from './cloneSlots';
import type { Tracked } from './GoldenImagesStore';
import { queueOrder } from './queueOrder';

/** Requests that wait, shown as the volumes that they will be. */
export class QueuedVolumes {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(filter: {
    cluster?: string;
    namespace?: string;
    name?: string;
    entityRef?: string;
  }): Promise<Tracked<Volume>[]> {
    const { cluster, namespace, name, entityRef } = filter;
    const query = this.#knex<CloneTableRow>(CLONES_TABLE).orderBy('id');
    if (cluster !== undefined) query.andWhere({ cluster });
    if (namespace !== undefined) query.andWhere({ namespace });
    if (name !== undefined) query.andWhere({ name });
    if (entityRef !== undefined) {
      query.andWhere('entity_ref', entityRef.toLowerCase());
    }
    const rows = (await query).map(rowOf);
    const clusters = new Set(
      rows.filter(row => row.state === 'waiting').map(row => row.cluster),
    );
    const places = new Map<number, number>();
    for (const each of clusters) {
      for (const [id, place] of await this.#places(each)) places.set(id, place);
    }
    return rows.map(row => asVolume(row, places.get(row.id)));
  }

  async #places(cluster: string): Promise<Map<number, number>> {
    const waiting = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'waiting' })
      .orderBy('id')
      .select('id', 'namespace');
    return queueOrder(
      waiting.map(row => ({ id: Number(row.id), namespace: row.namespace })),
      await lastTurns(this.#knex, cluster),
    );
  }
}

function asVolume(
  row: CloneRequestRow,
  queuePosition: number | undefined,
): Tracked<Volume> {
  return {
    object: {
      ...row.document,
      ...stateOf(row),
      queuePosition: row.state === 'waiting' ? queuePosition : undefined,
      since: new Date(row.acceptedAtMs).toISOString(),
    },
    requestHash: row.requestHash,
    giveUp: row.state === 'failed',
    stage: 'accepted',
    ownerUid: row.uid,
    readyBefore: false,
  };
}

function stateOf(
  row: CloneRequestRow,
): Pick<
  Volume,
  'state' | 'reason' | 'message' | 'remedy' | 'retries' | 'attempts'
> {
  const { state, reason, message } = row;
  if (state === 'failed') {
    return { state, reason, message, retries: false };
  }
  if (state !== 'waiting') return { state: 'pending', reason: 'requested' };
  if (!reason) return { state: 'waiting', reason: 'its-turn', retries: true };
  return {
    state: 'failing',
    reason,
    message,
    remedy: reasonInfo(reason).remedy,
    retries: true,
    attempts: row.attempts,
  };
}
