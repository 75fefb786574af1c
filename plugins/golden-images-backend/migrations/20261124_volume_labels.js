// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('tracked_objects', table => {
    table
      .text('labels')
      .comment('JSON; of volumes, as they are in tracked_labels');
  });
  await knex.schema.createTable('tracked_labels', table => {
    table.comment('Labels of volumes, for the selectors of entities');
    table.string('cluster').notNullable();
    table.string('namespace').notNullable();
    table.string('name').notNullable();
    table.string('label', 320).notNullable();
    table.string('value').notNullable();
    table.primary(['cluster', 'namespace', 'name', 'label']);
    table.index(['label', 'value']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('tracked_labels');
  await knex.schema.alterTable('tracked_objects', table => {
    table.dropColumn('labels');
  });
};
