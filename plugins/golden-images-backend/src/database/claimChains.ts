import type { Knex } from 'knex';
import { onSqlite } from './sqliteConnection';

/** One object, as it was last seen. */
export interface SeenView<T extends object> {
  uid: string;
  seenAtMs: number;
  document: T;
}

/** Kinds as in the column `kind`. */
export interface ChainKinds {
  dataVolume: string;
  claim: string;
  persistentVolume: string;
  longhornVolume: string;
}

/** What bears one name, and where the links of its claim lead. */
export interface ClaimChain<
  TDataVolume extends object,
  TClaim extends object,
  TPersistentVolume extends object,
  TLonghornVolume extends object,
> {
  dataVolume?: SeenView<TDataVolume>;
  claim?: SeenView<TClaim>;
  persistentVolume?: SeenView<TPersistentVolume>;
  longhornVolume?: SeenView<TLonghornVolume>;
  /** Name of the Longhorn volume that the last one copies from. */
  copySource?: string;
}

type Part = 'd' | 'c' | 'p' | 'l';
type ChainRow = { key: string; copy_source: string | null } & Record<
  `${Part}_uid` | `${Part}_document`,
  string | null
> &
  Record<`${Part}_seen`, number | string | null>;

const columns = (part: Part) =>
  `${part}.uid as ${part}_uid, ${part}.seen_at_ms as ${part}_seen, ${part}.document as ${part}_document`;
const join = (part: Part, on: string) =>
  `left join object_views ${part} on ${part}.cluster = ? and ${part}.kind = ? and ${part}.object_key = ${on}`;

const chainsOf = (keys: string) => `
  select k.value as "key", ${columns('d')}, ${columns('c')}, ${columns(
  'p',
)}, ${columns('l')}, l.copy_source as copy_source
  from ${keys}
  ${join('d', 'k.value')}
  ${join('c', 'k.value')}
  ${join('p', 'c.volume_name')}
  ${join('l', 'p.volume_handle')}`;

/**
 * Follows claim → PersistentVolume → Longhorn volume for each `namespace/name`.
 * Names of which nothing is kept have an empty chain.
 */
export async function findClaimChains<
  D extends object,
  C extends object,
  P extends object,
  L extends object,
>(
  knex: Knex,
  cluster: string,
  keys: string[],
  kinds: ChainKinds,
): Promise<Map<string, ClaimChain<D, C, P, L>>> {
  const { dataVolume, claim, persistentVolume, longhornVolume } = kinds;
  const values = [dataVolume, claim, persistentVolume, longhornVolume].flatMap(
    kind => [cluster, kind],
  );
  const found = await onSqlite(
    knex,
    connection =>
      connection
        .prepared(chainsOf('json_each(?) k'))
        .all(JSON.stringify(keys), ...values) as ChainRow[],
  );
  const rows: ChainRow[] =
    found ??
    (await knex.raw(chainsOf('unnest(?::text[]) k(value)'), [keys, ...values]))
      .rows;
  return new Map(
    rows.map(row => [
      row.key,
      {
        dataVolume: seen<D>(row, 'd'),
        claim: seen<C>(row, 'c'),
        persistentVolume: seen<P>(row, 'p'),
        longhornVolume: seen<L>(row, 'l'),
        copySource: row.copy_source ?? undefined,
      },
    ]),
  );
}

function seen<T extends object>(
  row: ChainRow,
  part: Part,
): SeenView<T> | undefined {
  const document = row[`${part}_document`];
  return document === null
    ? undefined
    : {
        uid: row[`${part}_uid`] ?? '',
        seenAtMs: Number(row[`${part}_seen`]),
        document: JSON.parse(document) as T,
      };
}
