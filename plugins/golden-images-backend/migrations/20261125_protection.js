/** @param {import('knex').Knex} knex */
exports.up = async knex => {
  await knex.schema.alterTable('cluster_statuses', table => {
    table
      .text('protection')
      .nullable()
      .comment('JSON: which policies protect images, as was last seen');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async knex => {
  await knex.schema.alterTable('cluster_statuses', table => {
    table.dropColumn('protection');
  });
};
