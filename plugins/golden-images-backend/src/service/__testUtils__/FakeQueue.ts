import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { CloneRequestRow, NewCloneRequest } from '../../database';
import type { CloneQueue, Entered } from '../../tracking';

/** A queue in memory, with slots for everybody until it is `full`. */
export class FakeQueue implements CloneQueue {
  readonly rows = new Map<string, CloneRequestRow>();
  full = false;
  /** How many were accepted together, each time. */
  readonly transactions: number[] = [];
  #ids = 0;

  async enter(entry: Omit<NewCloneRequest, 'expiresAtMs'>): Promise<Entered> {
    const key = keyOf(entry);
    const before = this.rows.get(key);
    if (before) return { outcome: 'taken', row: before };
    this.#ids += 1;
    const row: CloneRequestRow = {
      ...entry,
      id: this.#ids,
      state: this.full ? 'waiting' : 'admitted',
      attempts: 0,
      acceptedAtMs: 0,
      notBeforeMs: 0,
      expiresAtMs: 0,
    };
    this.rows.set(key, row);
    return { outcome: this.full ? 'waiting' : 'admitted', row };
  }

  async enterAll(
    _cluster: string,
    entries: Omit<NewCloneRequest, 'expiresAtMs'>[],
  ) {
    this.transactions.push(entries.length);
    return Promise.allSettled(entries.map(entry => this.enter(entry)));
  }

  async show(row: CloneRequestRow): Promise<Volume> {
    return { ...row.document, state: 'waiting', reason: 'its-turn' };
  }

  async find(key: { cluster: string; namespace: string; name: string }) {
    return this.rows.get(keyOf(key));
  }

  async written(row: CloneRequestRow) {
    this.rows.delete(keyOf(row));
  }

  async drop(row: CloneRequestRow) {
    this.rows.delete(keyOf(row));
  }

  async cancel(row: CloneRequestRow) {
    const found = this.rows.get(keyOf(row));
    if (!found || !['waiting', 'failed'].includes(found.state)) return false;
    return this.rows.delete(keyOf(row));
  }

  async countWaiting() {
    return new Map([['dev', this.rows.size]]);
  }

  carryOutWith() {}
}

function keyOf(key: { cluster: string; namespace: string; name: string }) {
  return `${key.cluster}/${key.namespace}/${key.name}`;
}
