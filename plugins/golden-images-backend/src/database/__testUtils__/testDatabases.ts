import {
  TestDatabases,
  type TestDatabaseId,
} from '@backstage/backend-test-utils';

/**
 * SQLite, and the PostgreSQL whose id is in `GOLDEN_IMAGES_TEST_DATABASE`
 * (`POSTGRES_16`) where Backstage's own variable says how to reach it.
 */
export function testDatabases() {
  const ids: TestDatabaseId[] = ['SQLITE_3'];
  const more = process.env.GOLDEN_IMAGES_TEST_DATABASE;
  if (more) ids.push(more as TestDatabaseId);
  const databases = TestDatabases.create({ ids });
  if (more && !databases.supports(more as TestDatabaseId)) {
    throw new Error(`The database ${more} cannot be reached`);
  }
  return databases;
}
