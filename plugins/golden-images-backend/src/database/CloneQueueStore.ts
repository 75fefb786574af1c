import type { ReasonCode } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import {
  CLONES_TABLE,
  rowOf,
  type CloneRequestRow,
  type CloneTableRow,
  type CloneWidths,
  type NewCloneRequest,
} from './cloneRows';
import {
  candidateOf,
  giveTurnBack,
  heldSlots,
  lockTurns,
  takeTurn,
} from './cloneSlots';
import { enterClones, findClones, type EnteredClone } from './enterClones';
import { placesOf } from './queuePlaces';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

/**
 * Clones that wait for their turn. Every instance may accept and take turns:
 * the row of the cluster in `clone_turns` is locked meanwhile, so that never
 * more slots are given away than there are.
 */
export class CloneQueueStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * Accepts requests of one cluster in their order, in one transaction: with a
   * slot at once while one is free and nobody waits for it. `taken` when there
   * is a row of that name already.
   */
  async enter(
    cluster: string,
    entries: NewCloneRequest[],
    widths: CloneWidths & { mayAdmit: boolean },
    nowMs: number,
  ): Promise<{ entered: EnteredClone[]; anySlotFree: boolean }> {
    return enterClones(this.#knex, cluster, entries, widths, nowMs);
  }

  /** Gives the next free slot to whoever's turn it is. */
  async takeNext(
    cluster: string,
    widths: CloneWidths,
    nowMs: number,
  ): Promise<CloneRequestRow | undefined> {
    return this.#knex.transaction(async trx => {
      await lockTurns(trx, cluster);
      const held = await heldSlots(trx, cluster, nowMs);
      const next = await candidateOf(trx, cluster, held, widths, nowMs);
      if (!next) return undefined;
      await trx<CloneTableRow>(CLONES_TABLE)
        .where({ id: next.id })
        .update({ state: 'admitted', changed_at_ms: nowMs });
      await takeTurn(trx, cluster, next.namespace);
      return { ...rowOf(next), state: 'admitted' };
    });
  }

  /** Those that there are, in any order. */
  async find(
    cluster: string,
    keys: Omit<Key, 'cluster'>[],
  ): Promise<CloneRequestRow[]> {
    return findClones(this.#knex, cluster, keys);
  }

  /** Places in the queue, from 1, of those that wait. */
  async placesOf(cluster: string, ids: number[]): Promise<Map<number, number>> {
    return placesOf(this.#knex, cluster, ids);
  }

  /** Its object exists; the row stays until the tracker has seen that. */
  async written(id: number, uid: string, nowMs: number): Promise<void> {
    await this.#change(id, 'admitted', { state: 'written', uid }, nowMs);
  }

  /** Its turn was none: back to its old place, and its namespace's turn is the next. */
  async putBack(
    { id, cluster, namespace, imageKey }: CloneRequestRow,
    nowMs: number,
  ): Promise<void> {
    await this.#knex.transaction(async trx => {
      await lockTurns(trx, cluster);
      await trx<CloneTableRow>(CLONES_TABLE)
        .where({ id, state: 'admitted' })
        .update({
          state: 'waiting',
          image_key: imageKey,
          changed_at_ms: nowMs,
        });
      await giveTurnBack(trx, cluster, namespace);
    });
  }

  /** Back into the queue, at its old place; `notBeforeMs` lets others pass. */
  async putOff(
    id: number,
    why: { reason: ReasonCode; message?: string; notBeforeMs: number },
    nowMs: number,
  ): Promise<void> {
    const { notBeforeMs, reason, message = null } = why;
    await this.#change(
      id,
      'admitted',
      {
        state: 'waiting',
        reason,
        message,
        not_before_ms: notBeforeMs,
        attempts: this.#knex.raw('attempts + 1'),
      },
      nowMs,
    );
  }

  /** It ends here, with nothing written; it is shown until it is cancelled or old. */
  async fail(
    id: number,
    why: { reason: ReasonCode; message?: string },
    nowMs: number,
  ): Promise<void> {
    const { reason, message = null } = why;
    const failed = { state: 'failed' as const, reason, message };
    await this.#change(id, 'admitted', failed, nowMs);
  }

  async drop(id: number): Promise<void> {
    await this.#knex<CloneTableRow>(CLONES_TABLE).where({ id }).delete();
  }

  /** Takes back a request that nothing was written for. `false` when it is too late, or was another. */
  async cancel(id: number): Promise<boolean> {
    const gone = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ id })
      .whereIn('state', ['waiting', 'failed'])
      .delete();
    return gone === 1;
  }

  /** Requests that are too old fail; failed ones go after a while. */
  async expire(
    cluster: string,
    nowMs: number,
    keepFailedMs: number,
  ): Promise<number> {
    const expired = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'waiting' })
      .andWhere('expires_at_ms', '<=', nowMs)
      .update({
        state: 'failed',
        reason: 'waited-too-long',
        changed_at_ms: nowMs,
      });
    const forgotten = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'failed' })
      .andWhere('changed_at_ms', '<=', nowMs - keepFailedMs)
      .delete();
    return expired + forgotten;
  }

  /** Written rows that the tracker has seen are done with, and those of which nothing was ever seen. */
  async settle(
    cluster: string,
    nowMs: number,
    unseenMs: number,
  ): Promise<number> {
    return this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'written' })
      .andWhere(either =>
        either
          .where('changed_at_ms', '<=', nowMs - unseenMs)
          .orWhereExists(seen =>
            seen
              .from('tracked_objects')
              .whereRaw('tracked_objects.cluster = clone_requests.cluster')
              .whereRaw('tracked_objects.namespace = clone_requests.namespace')
              .whereRaw('tracked_objects.name = clone_requests.name')
              .whereRaw('tracked_objects.owner_uid = clone_requests.uid'),
          ),
      )
      .delete();
  }

  /** What was admitted until then by an instance that may be gone; it is ours from now on. */
  async takeOver(
    cluster: string,
    nowMs: number,
    untilMs: number,
  ): Promise<CloneRequestRow | undefined> {
    const row = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'admitted' })
      .andWhere('changed_at_ms', '<=', untilMs)
      .orderBy('id')
      .first();
    if (!row) return undefined;
    const changed = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({
        id: row.id,
        state: 'admitted',
        changed_at_ms: row.changed_at_ms,
      })
      .update({ changed_at_ms: nowMs });
    return changed === 1 ? rowOf(row) : undefined;
  }

  /** Whether there is no row at all. */
  async isEmpty(cluster: string): Promise<boolean> {
    const row = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster })
      .first('id');
    return row === undefined;
  }

  /** How many wait, by cluster. */
  async countWaiting(): Promise<Map<string, number>> {
    const rows = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ state: 'waiting' })
      .groupBy('cluster')
      .select('cluster')
      .count({ count: '*' });
    return new Map(
      (rows as { cluster: string; count?: string | number }[]).map(row => [
        row.cluster,
        Number(row.count ?? 0),
      ]),
    );
  }

  async #change(
    id: number,
    state: CloneTableRow['state'],
    change: object,
    nowMs: number,
  ): Promise<void> {
    await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ id, state })
      .update({ ...change, changed_at_ms: nowMs });
  }
}
