import type {
  ReasonCode,
  Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import { candidateOf, heldSlots, lockTurns, takeTurn } from './cloneSlots';

interface Key {
  cluster: string;
  namespace: string;
  name: string;
}

/** A clone that was accepted, as it is asked to wait. */
export interface NewCloneRequest extends Key {
  requestHash: string;
  /** Entity ref. */
  requestedBy: string;
  entityRef?: string;
  /** `namespace/name` of the claim that it copies. */
  imageKey: string;
  expiresAtMs: number;
  /** What is needed to carry it out. */
  request: object;
  /** How it is shown meanwhile. */
  document: Volume;
}

export interface CloneRequestRow extends NewCloneRequest {
  id: number;
  /** `admitted`: it holds a slot and is being written; `written`: not seen by the tracker yet. */
  state: 'waiting' | 'admitted' | 'written' | 'failed';
  uid?: string;
  reason?: ReasonCode;
  message?: string;
  attempts: number;
  acceptedAtMs: number;
  notBeforeMs: number;
}

export interface CloneWidths {
  /** Unfinished copies at once in a cluster. */
  width: number;
  /** Of them, from one image. */
  widthPerImage: number;
}

export interface CloneTableRow {
  id: number | string;
  cluster: string;
  namespace: string;
  name: string;
  state: CloneRequestRow['state'];
  request_hash: string;
  requested_by: string;
  entity_ref: string | null;
  image_key: string;
  uid: string | null;
  reason: ReasonCode | null;
  message: string | null;
  attempts: number;
  accepted_at_ms: number | string;
  changed_at_ms: number | string;
  not_before_ms: number | string;
  expires_at_ms: number | string;
  request: string;
  document: string;
}

export const CLONES_TABLE = 'clone_requests';

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
   * Accepts a request: with a slot at once when one is free and nobody waits
   * for it. `taken` when there is a row of this name already.
   */
  async enter(
    entry: NewCloneRequest,
    widths: CloneWidths & { mayAdmit: boolean },
    nowMs: number,
  ): Promise<{
    outcome: 'admitted' | 'waiting' | 'taken';
    row: CloneRequestRow;
  }> {
    const { cluster, namespace, name } = entry;
    return this.#knex.transaction(async trx => {
      await lockTurns(trx, cluster);
      const before = await trx<CloneTableRow>(CLONES_TABLE)
        .where({ cluster, namespace, name })
        .first();
      if (before) return { outcome: 'taken', row: rowOf(before) };
      const admitted =
        widths.mayAdmit && (await this.#isFree(trx, entry, widths, nowMs));
      await trx<CloneTableRow>(CLONES_TABLE).insert(
        newRow(entry, admitted ? 'admitted' : 'waiting', nowMs),
      );
      if (admitted) await takeTurn(trx, cluster, namespace);
      const row = await trx<CloneTableRow>(CLONES_TABLE)
        .where({ cluster, namespace, name })
        .first();
      return { outcome: admitted ? 'admitted' : 'waiting', row: rowOf(row!) };
    });
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

  async find(key: Key): Promise<CloneRequestRow | undefined> {
    const { cluster, namespace, name } = key;
    const row = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, namespace, name })
      .first();
    return row && rowOf(row);
  }

  /** Its object exists; the row stays until the tracker has seen that. */
  async written(id: number, uid: string, nowMs: number): Promise<void> {
    await this.#change(id, 'admitted', { state: 'written', uid }, nowMs);
  }

  /** Back into the queue, at its old place; `notBeforeMs` lets others pass. */
  async putOff(
    id: number,
    why: {
      reason?: ReasonCode;
      message?: string;
      notBeforeMs: number;
      imageKey?: string;
    },
    nowMs: number,
  ): Promise<void> {
    const { notBeforeMs, imageKey, reason = null, message = null } = why;
    await this.#change(
      id,
      'admitted',
      {
        state: 'waiting',
        reason,
        message,
        not_before_ms: notBeforeMs,
        attempts: this.#knex.raw('attempts + 1'),
        ...(imageKey !== undefined && { image_key: imageKey }),
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

  /** What was admitted long ago by an instance that may be gone; it is ours from now on. */
  async takeOver(
    cluster: string,
    nowMs: number,
    graceMs: number,
  ): Promise<CloneRequestRow | undefined> {
    const row = await this.#knex<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'admitted' })
      .andWhere('changed_at_ms', '<=', nowMs - graceMs)
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

  async #isFree(
    trx: Knex.Transaction,
    entry: NewCloneRequest,
    widths: CloneWidths,
    nowMs: number,
  ): Promise<boolean> {
    const held = await heldSlots(trx, entry.cluster, nowMs);
    const ofImage = held.filter(image => image === entry.imageKey);
    if (held.length >= widths.width || ofImage.length >= widths.widthPerImage) {
      return false;
    }
    return !(await candidateOf(trx, entry.cluster, held, widths, nowMs));
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

function newRow(
  entry: NewCloneRequest,
  state: CloneTableRow['state'],
  nowMs: number,
): Omit<CloneTableRow, 'id'> {
  return {
    cluster: entry.cluster,
    namespace: entry.namespace,
    name: entry.name,
    state,
    request_hash: entry.requestHash,
    requested_by: entry.requestedBy,
    entity_ref: entry.entityRef?.toLowerCase() ?? null,
    image_key: entry.imageKey,
    uid: null,
    reason: null,
    message: null,
    attempts: 0,
    accepted_at_ms: nowMs,
    changed_at_ms: nowMs,
    not_before_ms: 0,
    expires_at_ms: entry.expiresAtMs,
    request: JSON.stringify(entry.request),
    document: JSON.stringify(entry.document),
  };
}

export function rowOf(row: CloneTableRow): CloneRequestRow {
  return {
    id: Number(row.id),
    cluster: row.cluster,
    namespace: row.namespace,
    name: row.name,
    state: row.state,
    requestHash: row.request_hash,
    requestedBy: row.requested_by,
    entityRef: row.entity_ref ?? undefined,
    imageKey: row.image_key,
    uid: row.uid ?? undefined,
    reason: row.reason ?? undefined,
    message: row.message ?? undefined,
    attempts: row.attempts,
    acceptedAtMs: Number(row.accepted_at_ms),
    notBeforeMs: Number(row.not_before_ms),
    expiresAtMs: Number(row.expires_at_ms),
    request: JSON.parse(row.request),
    document: JSON.parse(row.document),
  };
}
