/**
 * Runs the tests of the stores on a real PostgreSQL server that lives only as
 * long as the run.
 */
import { startPostgres } from './lib/startPostgres.mjs';
import { testPackage } from './lib/testPackage.mjs';

let postgres;
try {
  postgres = await startPostgres();
  const { version, url } = postgres;
  await testPackage(
    'plugins/golden-images-backend',
    [
      '--maxWorkers=1',
      'src/database',
      'src/tracking',
      'src/control',
      'src/faults',
    ],
    {
      GOLDEN_IMAGES_TEST_DATABASE: `POSTGRES_${version}`,
      [`BACKSTAGE_TEST_DATABASE_POSTGRES${version}_CONNECTION_STRING`]: url,
    },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  postgres?.stop();
}
