import type { Knex } from 'knex';

/** 32 MiB: a page that many rows share is copied to the database once for all of them. */
export const CHECKPOINT_PAGES = 8_000;

/**
 * SQLite's defaults write every transaction twice and wait for the disk several
 * times. With a write-ahead log one append does, and it is still on the disk
 * when the transaction ends. Where the file system cannot do that (SQLite says
 * so by answering with another mode), things stay as they are.
 */
export async function tuneSqlite(knex: Knex): Promise<void> {
  if (knex.client.config.client !== 'better-sqlite3') return;
  await knex.raw('PRAGMA journal_mode = WAL');
  await knex.raw('PRAGMA synchronous = FULL');
  await knex.raw(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
}
