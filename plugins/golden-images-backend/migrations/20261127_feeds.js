// @ts-check

/**
 * Objects of a list are found by their kind and namespace, as the primary key
 * has them; an index of its own made each of them dearer to write.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('object_views', table => {
    table.dropIndex(['cluster', 'feed']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('object_views', table => {
    table.index(['cluster', 'feed']);
  });
};
