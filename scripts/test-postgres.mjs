/**
 * Runs the tests of the stores on a real PostgreSQL server that lives only as
 * long as the run.
 */
import { join } from 'node:path';
import { root, run } from './lib/install.mjs';
import { startPostgres } from './lib/startPostgres.mjs';

let postgres;
try {
  postgres = await startPostgres();
  const { version, url } = postgres;
  await run(
    'npx',
    [
      'backstage-cli',
      'package',
      'test',
      '--no-watch',
      '--maxWorkers=1',
      'src/database',
      'src/tracking',
      'src/control',
      'src/faults',
    ],
    {
      cwd: join(root, 'plugins/golden-images-backend'),
      env: {
        ...process.env,
        BACKSTAGE_TEST_DISABLE_DOCKER: '1',
        GOLDEN_IMAGES_TEST_DATABASE: `POSTGRES_${version}`,
        [`BACKSTAGE_TEST_DATABASE_POSTGRES${version}_CONNECTION_STRING`]: url,
      },
    },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  postgres?.stop();
}
