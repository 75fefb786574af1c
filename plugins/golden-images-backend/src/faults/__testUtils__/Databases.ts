import { TestDatabases } from '@backstage/backend-test-utils';
import Database from 'better-sqlite3';
import type { Knex } from 'knex';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { testDatabases } from '../../database/__testUtils__/testDatabases';

/** A database that several replicas reach, each by connections of its own. */
export interface SharedDatabase {
  config: Knex.Config;
  /** Keeps others from writing until the function that it gives is called. */
  lock(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Somebody else of this process may be writing at this very moment: then as soon as that is over. */
export async function whenUnlocked<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!String(error).includes('locked')) throw error;
    }
    await nextTurn();
  }
}

/** On disk, so that there are locks. */
function sqlite(): SharedDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'golden-images-faults-'));
  const filename = join(folder, 'golden-images.sqlite');
  return {
    config: {
      client: 'better-sqlite3',
      connection: { filename },
      useNullAsDefault: true,
    },
    async lock() {
      const database = new Database(filename, { timeout: 0 });
      await whenUnlocked(async () => database.exec('BEGIN IMMEDIATE'));
      return async () => {
        database.close();
      };
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
}

async function postgres(databases: TestDatabases): Promise<SharedDatabase> {
  const [, id] = databases.eachSupportedId().map(([each]) => each);
  const knex = await databases.init(id);
  return {
    config: { ...knex.client.config },
    async lock() {
      const trx = await knex.transaction();
      await trx.raw('LOCK TABLE object_views IN ACCESS EXCLUSIVE MODE');
      return async () => {
        await trx.rollback();
      };
    },
    close: async () => knex.destroy(),
  };
}

/** PostgreSQL where the run has one, else SQLite. */
export function openDatabase(): () => Promise<SharedDatabase> {
  if (!process.env.GOLDEN_IMAGES_TEST_DATABASE) return async () => sqlite();
  const databases = testDatabases();
  return () => postgres(databases);
}
