import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { tuneSqlite } from './tuneSqlite';

/** The plugin's database, with its tables as this version needs them. */
export async function migrateDatabase(
  database: DatabaseService,
): Promise<Knex> {
  const knex = await database.getClient();
  await tuneSqlite(knex);
  if (!database.migrations?.skip) {
    await knex.migrate.latest({
      directory: resolvePackagePath(
        '@golden-images/plugin-golden-images-backend',
        'migrations',
      ),
    });
  }
  return knex;
}
