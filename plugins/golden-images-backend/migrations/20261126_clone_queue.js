// @ts-check

/**
 * Requests for clones that wait for their turn. They live here alone, until
 * their objects carry their hash.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('clone_requests', table => {
    table.comment('Accepted clones that wait, or have not been seen yet');
    table.bigIncrements('id');
    table.string('cluster').notNullable();
    table.string('namespace').notNullable();
    table.string('name').notNullable();
    table
      .string('state')
      .notNullable()
      .comment('waiting, admitted, written or failed');
    table.string('request_hash').notNullable();
    table.string('requested_by', 600).notNullable();
    table.string('entity_ref', 600);
    table
      .string('image_key', 600)
      .notNullable()
      .comment('namespace/name of the claim that it copies');
    table.string('uid').comment('Of what was written');
    table.string('reason').comment('Why it was put off, or failed');
    table.text('message');
    table.integer('attempts').notNullable();
    table.bigInteger('accepted_at_ms').notNullable();
    table.bigInteger('changed_at_ms').notNullable();
    table.bigInteger('not_before_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
    table.text('request').notNullable().comment('JSON');
    table.text('document').notNullable().comment('JSON');
    table.unique(['cluster', 'namespace', 'name']);
    table.index(['cluster', 'state', 'namespace', 'id']);
  });

  await knex.schema.createTable('clone_turns', table => {
    table.comment('When each namespace had its turn last');
    table.string('cluster').notNullable();
    table
      .string('namespace')
      .notNullable()
      .comment('Empty: the counter of turns of the cluster');
    table.bigInteger('last_turn').notNullable();
    table.primary(['cluster', 'namespace']);
  });

  await knex.schema.alterTable('tracked_objects', table => {
    table
      .bigInteger('slot_until_ms')
      .comment('Of a running copy: until when it holds a slot');
    table.index(['cluster', 'slot_until_ms'], undefined, {
      predicate: knex.whereNotNull('slot_until_ms'),
    });
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('tracked_objects', table => {
    table.dropIndex(['cluster', 'slot_until_ms']);
    table.dropColumn('slot_until_ms');
  });
  await knex.schema.dropTable('clone_turns');
  await knex.schema.dropTable('clone_requests');
};
