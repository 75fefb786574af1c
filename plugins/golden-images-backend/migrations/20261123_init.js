// @ts-check

/**
 * Objects, rows and statuses are a projection that a relist rebuilds; leases
 * and the history of activity live here alone.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('cluster_leases', table => {
    table.comment('Which instance follows a cluster');
    table.string('cluster').primary();
    table.string('holder').comment('Empty when the lease was given back');
    table
      .bigInteger('token')
      .notNullable()
      .comment(
        'Grows with every new holder; a write with an old one is refused',
      );
    table
      .bigInteger('beat')
      .notNullable()
      .comment(
        'Grows with every renewal: a beat that stands still has no holder',
      );
    table.bigInteger('renewed_at_ms').notNullable();
  });

  await knex.schema.createTable('cluster_statuses', table => {
    table.comment('How fresh the projection of a cluster is');
    table.string('cluster').primary();
    table.string('connection').notNullable();
    table.string('since');
    table.string('observed_at');
    table.text('message');
    table.text('missing').notNullable().comment('JSON');
    table.bigInteger('written_at_ms').notNullable();
  });

  await knex.schema.createTable('object_views', table => {
    table.comment('What was last seen of cluster objects, trimmed');
    table.string('cluster').notNullable();
    table.string('kind').notNullable();
    table.string('object_key', 600).notNullable().comment('namespace/name');
    table
      .string('feed', 600)
      .notNullable()
      .comment('The list that this object is part of');
    table.string('name').notNullable();
    table.string('uid').notNullable();
    table.string('resource_version').notNullable();
    table.string('volume_name').comment('Of a claim: its PersistentVolume');
    table.string('claim_key', 600).comment('Of a PersistentVolume: its claim');
    table.string('volume_handle').comment('Of a PersistentVolume');
    table
      .string('copy_source')
      .comment('Of a Longhorn volume: where it copies from');
    table.string('involved_uid').comment('Of an Event');
    table.string('involved_key', 600).comment('Of an Event: namespace/name');
    table.bigInteger('seen_at_ms').notNullable();
    table.text('document').notNullable().comment('JSON');
    table.primary(['cluster', 'kind', 'object_key']);
    table.index(['cluster', 'feed']);
    table.index(['cluster', 'volume_name']);
    table.index(['cluster', 'claim_key']);
    table.index(['cluster', 'volume_handle']);
    table.index(['cluster', 'copy_source']);
    table.index(['cluster', 'involved_uid']);
  });

  await knex.schema.createTable('tracked_objects', table => {
    table.comment('Images and volumes as last derived');
    table.string('cluster').notNullable();
    table.string('namespace').notNullable();
    table.string('name').notNullable();
    table.string('kind').notNullable().comment('image or volume');
    table.string('uid').comment('Of the claim');
    table.string('owner_uid').comment('Of the DataVolume, else of the claim');
    table.string('entity_ref', 600);
    table.string('kubernetes_id');
    table.string('image').comment('Of an image: its name without the version');
    table.string('source_key', 600).comment('Of a volume: namespace/name');
    table.bigInteger('due_at_ms').comment('Derive again then');
    table.bigInteger('seen_at_ms').notNullable();
    table.text('document').notNullable().comment('JSON');
    table.text('memory').notNullable().comment('JSON');
    table.primary(['cluster', 'namespace', 'name']);
    table.index(['kind', 'cluster', 'namespace']);
    table.index(['entity_ref']);
    table.index(['kubernetes_id']);
    table.index(['cluster', 'namespace', 'image']);
    table.index(['cluster', 'source_key']);
    table.index(['cluster', 'due_at_ms']);
  });

  await knex.schema.createTable('activity', table => {
    table.comment('Who asked for what, and what became of it');
    table.bigIncrements('id');
    table.string('cluster').notNullable();
    table.string('namespace').notNullable();
    table.string('name').notNullable();
    table.string('uid');
    table.string('action').notNullable();
    table.string('actor', 600);
    table.text('message').notNullable();
    table.string('at').notNullable();
    table.index(['cluster', 'namespace', 'name', 'id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('activity');
  await knex.schema.dropTable('tracked_objects');
  await knex.schema.dropTable('object_views');
  await knex.schema.dropTable('cluster_statuses');
  await knex.schema.dropTable('cluster_leases');
};
