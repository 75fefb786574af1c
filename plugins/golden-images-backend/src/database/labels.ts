import type { Knex } from 'knex';
import type { RowWrite } from './rowStatements';

/** One condition of a Kubernetes label selector. */
export type LabelRequirement =
  | { key: string; operator: 'in' | 'notin'; values: string[] }
  | { key: string; operator: 'exists' | 'absent' };

export interface LabelTableRow {
  cluster: string;
  namespace: string;
  name: string;
  label: string;
  value: string;
}

export const LABEL_TABLE = 'tracked_labels';

const KEY = ['cluster', 'namespace', 'name'] as const;

/** By which few rows are found, as far as can be told; nothing, when none asks for a label. */
export function mostSelective(
  requirements: LabelRequirement[],
): LabelRequirement | undefined {
  return (
    requirements.find(({ operator }) => operator === 'in') ??
    requirements.find(({ operator }) => operator === 'exists')
  );
}

/** Leaves the rows of `table` that have such a label, and finds them by an index. */
export function joinLabel(
  query: Knex.QueryBuilder,
  table: string,
  requirement: LabelRequirement,
): void {
  query.join(LABEL_TABLE, join => {
    for (const column of KEY) {
      join.on(`${LABEL_TABLE}.${column}`, `${table}.${column}`);
    }
  });
  whereLabel(query, LABEL_TABLE, requirement);
}

/** Leaves the rows of `table` whose labels meet all requirements; asked of every row. */
export function whereLabels(
  knex: Knex,
  query: Knex.QueryBuilder,
  table: string,
  requirements: LabelRequirement[],
): void {
  for (const requirement of requirements) {
    const ofRow = knex(`${LABEL_TABLE} as other`);
    whereLabel(ofRow, 'other', requirement);
    for (const column of KEY) {
      ofRow.where(`other.${column}`, knex.ref(`${table}.${column}`));
    }
    const { operator } = requirement;
    // As in Kubernetes, "notin" is met by what lacks the label.
    if (operator === 'in' || operator === 'exists') query.whereExists(ofRow);
    else query.whereNotExists(ofRow);
  }
}

function whereLabel(
  query: Knex.QueryBuilder,
  table: string,
  requirement: LabelRequirement,
) {
  query.where(`${table}.label`, requirement.key);
  if ('values' in requirement) {
    query.whereIn(`${table}.value`, requirement.values);
  }
}

/** Adds labels to rows that have none. */
export function insertionOfLabels(
  cluster: string,
  rows: {
    namespace: string;
    name: string;
    labels: Record<string, string>;
  }[],
): RowWrite {
  return {
    op: 'insert',
    table: LABEL_TABLE,
    rows: rows.flatMap(({ namespace, name, labels }) =>
      Object.entries(labels).map(([label, value]) => ({
        cluster,
        namespace,
        name,
        label,
        value,
      })),
    ),
  };
}

export function deletionOfLabels(
  cluster: string,
  keys: [namespace: string, name: string][],
): RowWrite {
  return {
    op: 'delete',
    table: LABEL_TABLE,
    where: { cluster },
    by: ['namespace', 'name'],
    keys,
  };
}
