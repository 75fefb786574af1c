import {
  reasonInfo,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { inBatches } from './batches';
import {
  CLONES_TABLE,
  rowOf,
  type CloneRequestRow,
  type CloneTableRow,
} from './cloneRows';
import type { Tracked } from './GoldenImagesStore';
import { placesOf } from './queuePlaces';
import { conditionsOn, selectRows } from './selectRows';

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
    const { sql, values } = conditionsOn(
      { cluster, namespace, name, entity_ref: entityRef?.toLowerCase() },
      'and',
    );
    const found = await selectRows<CloneTableRow>(
      this.#knex,
      `select * from ${CLONES_TABLE} ${sql && `where ${sql}`} order by id`,
      values,
    );
    const rows = found.map(rowOf);
    const places = await this.#places(
      rows.filter(row => row.state === 'waiting'),
    );
    return rows.map(row => ({
      object: asQueuedVolume(row, places.get(row.id)),
      requestHash: row.requestHash,
      giveUp: row.state === 'failed',
      stage: 'accepted',
      ownerUid: row.uid,
      readyBefore: false,
    }));
  }

  async #places(waiting: CloneRequestRow[]): Promise<Map<number, number>> {
    const places = new Map<number, number>();
    for (const cluster of new Set(waiting.map(row => row.cluster))) {
      const here = waiting.filter(row => row.cluster === cluster);
      for (const batch of inBatches(here)) {
        const found = await placesOf(
          this.#knex,
          cluster,
          batch.map(({ id }) => id),
        );
        for (const [id, place] of found) places.set(id, place);
      }
    }
    return places;
  }
}

/** @param queuePosition - of one that waits, from 1 */
export function asQueuedVolume(
  row: CloneRequestRow,
  queuePosition: number | undefined,
): Volume {
  return {
    ...row.document,
    ...stateOf(row),
    queuePosition: row.state === 'waiting' ? queuePosition : undefined,
    since: new Date(row.acceptedAtMs).toISOString(),
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
