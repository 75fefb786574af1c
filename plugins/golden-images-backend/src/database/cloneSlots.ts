import type { Knex } from 'knex';
import {
  CLONES_TABLE,
  type CloneTableRow,
  type CloneWidths,
} from './cloneRows';

const TURNS = 'clone_turns';

interface TurnRow {
  cluster: string;
  /** Empty: the counter of the cluster. */
  namespace: string;
  last_turn: number | string;
}

/** One at a time, over all instances, until the transaction ends. */
export async function lockTurns(
  trx: Knex.Transaction,
  cluster: string,
): Promise<void> {
  const counter = { cluster, namespace: '' };
  await trx<TurnRow>(TURNS)
    .insert({ ...counter, last_turn: 0 })
    .onConflict(['cluster', 'namespace'])
    .ignore();
  await trx<TurnRow>(TURNS).where(counter).forUpdate().first();
}

/** The namespace goes behind all others. */
export async function takeTurn(
  trx: Knex.Transaction,
  cluster: string,
  namespace: string,
): Promise<void> {
  const counter = await trx<TurnRow>(TURNS)
    .where({ cluster, namespace: '' })
    .first();
  const turn = Number(counter?.last_turn ?? 0) + 1;
  await trx<TurnRow>(TURNS)
    .insert(
      ['', namespace].map(each => ({
        cluster,
        namespace: each,
        last_turn: turn,
      })),
    )
    .onConflict(['cluster', 'namespace'])
    .merge();
}

/** The namespace goes before all others, as it did when it took the turn. */
export async function giveTurnBack(
  trx: Knex.Transaction,
  cluster: string,
  namespace: string,
): Promise<void> {
  await trx<TurnRow>(TURNS)
    .where({ cluster, namespace })
    .update({ last_turn: 0 });
}

/**
 * The images of all slots that are held: by rows whose object the tracker may
 * not know yet, and by running copies.
 */
export async function heldSlots(
  trx: Knex.Transaction,
  cluster: string,
  nowMs: number,
): Promise<string[]> {
  const asked = await trx<CloneTableRow>(CLONES_TABLE)
    .where({ cluster })
    .whereIn('state', ['admitted', 'written'])
    .select('namespace', 'name', 'image_key');
  const known = new Set(asked.map(row => `${row.namespace}/${row.name}`));
  const running: {
    namespace: string;
    name: string;
    source_key: string | null;
  }[] = await trx('tracked_objects')
    .where({ cluster })
    .andWhere('slot_until_ms', '>', nowMs)
    .select('namespace', 'name', 'source_key');
  return [
    ...asked.map(row => row.image_key),
    ...running
      .filter(row => !known.has(`${row.namespace}/${row.name}`))
      .map(row => row.source_key ?? ''),
  ];
}

/** Whose turn it is, if anybody can have one: of the namespace that has waited longest the oldest request whose image has room. */
export async function candidateOf(
  trx: Knex.Transaction,
  cluster: string,
  held: string[],
  widths: CloneWidths,
  nowMs: number,
): Promise<CloneTableRow | undefined> {
  if (held.length >= widths.width) return undefined;
  const full = Array.from(new Set(held)).filter(
    image =>
      held.filter(other => other === image).length >= widths.widthPerImage,
  );
  const oldest: { namespace: string; id: number | string }[] =
    await trx<CloneTableRow>(CLONES_TABLE)
      .where({ cluster, state: 'waiting' })
      .andWhere('not_before_ms', '<=', nowMs)
      .whereNotIn('image_key', full)
      .groupBy('namespace')
      .select('namespace')
      .min({ id: 'id' });
  if (oldest.length === 0) return undefined;
  const turns = await lastTurns(trx, cluster);
  const [next] = oldest.sort(
    (a, b) =>
      (turns.get(a.namespace) ?? 0) - (turns.get(b.namespace) ?? 0) ||
      Number(a.id) - Number(b.id),
  );
  return trx<CloneTableRow>(CLONES_TABLE).where({ id: next.id }).first();
}

export async function lastTurns(
  knex: Knex,
  cluster: string,
): Promise<Map<string, number>> {
  const rows = await knex<TurnRow>(TURNS).where({ cluster });
  return new Map(rows.map(row => [row.namespace, Number(row.last_turn)]));
}
