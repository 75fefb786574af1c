import type { Knex } from 'knex';
import {
  CLONES_TABLE,
  newRow,
  rowOf,
  type CloneRequestRow,
  type CloneTableRow,
  type CloneWidths,
  type NewCloneRequest,
} from './cloneRows';
import { candidateOf, heldSlots, lockTurns, takeTurn } from './cloneSlots';

export interface EnteredClone {
  outcome: 'admitted' | 'waiting' | 'taken';
  row: CloneRequestRow;
}

interface Place {
  namespace: string;
  name: string;
}

/**
 * Accepts requests in their order, in one transaction: with a slot at once, in
 * turn between namespaces, while one is free and nobody waits for it. `taken`
 * when there is a row of that name already.
 *
 * @param entries - all of one cluster
 * @returns what became of each, and whether there is a slot that nobody has
 */
export async function enterClones(
  knex: Knex,
  cluster: string,
  entries: NewCloneRequest[],
  widths: CloneWidths & { mayAdmit: boolean },
  nowMs: number,
): Promise<{ entered: EnteredClone[]; anySlotFree: boolean }> {
  return knex.transaction(async trx => {
    await lockTurns(trx, cluster);
    const before = byKey(await findClones(trx, cluster, entries));
    // Of those of one name that come at once the first has it.
    const fresh = new Map<string, NewCloneRequest>();
    for (const entry of entries) {
      const key = keyOf(entry);
      if (!before.has(key) && !fresh.has(key)) fresh.set(key, entry);
    }
    const held = await heldSlots(trx, cluster, nowMs);
    const open =
      widths.mayAdmit &&
      !(await candidateOf(trx, cluster, held, widths, nowMs));
    const added = [...fresh.values()];
    if (added.length > 0) {
      await trx<CloneTableRow>(CLONES_TABLE).insert(
        added.map(entry => newRow(entry, 'waiting', nowMs)),
      );
    }
    if (open) await admit(trx, cluster, held, widths, nowMs);
    const after = byKey(await findClones(trx, cluster, added));
    const entered = entries.map((entry): EnteredClone => {
      const key = keyOf(entry);
      const row = after.get(key);
      if (!row) return { outcome: 'taken', row: before.get(key)! };
      if (fresh.get(key) !== entry) return { outcome: 'taken', row };
      const outcome = row.state === 'admitted' ? 'admitted' : 'waiting';
      return { outcome, row };
    });
    return { entered, anySlotFree: held.length < widths.width };
  });
}

/** Gives the free slots to those whose turn it is; nobody waits but those who have just come. */
async function admit(
  trx: Knex.Transaction,
  cluster: string,
  held: string[],
  widths: CloneWidths,
  nowMs: number,
): Promise<void> {
  for (;;) {
    const next = await candidateOf(trx, cluster, held, widths, nowMs);
    if (!next) return;
    await trx<CloneTableRow>(CLONES_TABLE)
      .where({ id: next.id })
      .update({ state: 'admitted' });
    await takeTurn(trx, cluster, next.namespace);
    held.push(next.image_key);
  }
}

export async function findClones(
  knex: Knex,
  cluster: string,
  places: Place[],
): Promise<CloneRequestRow[]> {
  const rows = await knex<CloneTableRow>(CLONES_TABLE)
    .where({ cluster })
    .whereIn(
      ['namespace', 'name'],
      places.map(({ namespace, name }) => [namespace, name]),
    );
  return rows.map(rowOf);
}

function byKey(rows: CloneRequestRow[]): Map<string, CloneRequestRow> {
  return new Map(rows.map(row => [keyOf(row), row]));
}

function keyOf({ namespace, name }: Place): string {
  return `${namespace}/${name}`;
}
