/** `npm test`: installs what is missing, then runs every package's tests once. */
import {
  ensureInstalled,
  nodeEnvironment,
  nodePath,
  run,
} from './lib/install.mjs';
import { jestOptions } from './lib/jestOptions.mjs';

await ensureInstalled();
const args = process.argv.slice(2);
try {
  await run(
    nodePath(),
    [
      'node_modules/.bin/backstage-cli',
      'repo',
      'test',
      '--no-watch',
      ...args,
      // Last: Jest would take patterns behind them for more of theirs.
      ...jestOptions,
    ],
    { env: { ...nodeEnvironment(), BACKSTAGE_TEST_DISABLE_DOCKER: '1' } },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
