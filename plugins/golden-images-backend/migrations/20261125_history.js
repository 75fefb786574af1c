// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('activity', table => {
    table
      .string('kind')
      .comment('image or volume; what does not say it counts as a volume');
    table
      .string('entity_ref', 600)
      .comment('Of a volume: whose readers may see it');
    table.index(['cluster', 'namespace', 'id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('activity', table => {
    table.dropIndex(['cluster', 'namespace', 'id']);
  });
  await knex.schema.alterTable('activity', table => {
    table.dropColumn('kind');
    table.dropColumn('entity_ref');
  });
};
