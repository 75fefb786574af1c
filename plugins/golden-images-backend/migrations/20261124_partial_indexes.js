// @ts-check

/**
 * Most rows have none of the values by which the few are found: an index of
 * those few alone is smaller, and most writes do not touch it.
 */
const INDEXES = {
  object_views: [
    ['cluster', 'volume_handle'],
    ['cluster', 'copy_source'],
    ['cluster', 'involved_uid'],
  ],
  tracked_objects: [
    ['entity_ref'],
    ['kubernetes_id'],
    ['cluster', 'namespace', 'image'],
    ['cluster', 'source_key'],
    ['cluster', 'due_at_ms'],
  ],
};

/** Nothing is looked up by these. */
const UNUSED = [
  ['cluster', 'volume_name'],
  ['cluster', 'claim_key'],
];

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('object_views', table => {
    for (const columns of UNUSED) table.dropIndex(columns);
  });
  for (const [name, indexes] of Object.entries(INDEXES)) {
    await knex.schema.alterTable(name, table => {
      for (const columns of indexes) {
        const [last] = columns.slice(-1);
        table.dropIndex(columns);
        table.index(columns, `${name}_some_${last}`, {
          predicate: knex.whereNotNull(last),
        });
      }
    });
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    await knex.schema.alterTable(name, table => {
      for (const columns of indexes) {
        table.dropIndex(columns, `${name}_some_${columns.at(-1)}`);
        table.index(columns);
      }
    });
  }
  await knex.schema.alterTable('object_views', table => {
    for (const columns of UNUSED) table.index(columns);
  });
};
