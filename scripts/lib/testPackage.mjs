import { join } from 'node:path';
import { nodeEnvironment, nodePath, root, run } from './install.mjs';

/**
 * Runs tests of one package once, on the Node that comes with the dependencies.
 *
 * @param {string} folder - the package, such as `packages/backend`
 * @param {string[]} args - what to run, in the words of Jest
 * @param {object} env - variables beside those of this process
 */
export async function testPackage(folder, args, env = {}) {
  await run(
    nodePath(),
    [
      join(root, 'node_modules/.bin/backstage-cli'),
      'package',
      'test',
      '--no-watch',
      ...args,
    ],
    {
      cwd: join(root, folder),
      env: {
        ...nodeEnvironment(),
        // Databases for tests are started by these scripts.
        BACKSTAGE_TEST_DISABLE_DOCKER: '1',
        ...env,
      },
    },
  );
}

/** Runs suites (`*.suite.ts`), which are too long for `npm test` or need something started. */
export function runSuites(folder, path, env) {
  return testPackage(
    folder,
    ['--testMatch', '**/*.suite.ts', '--testPathPatterns', path],
    env,
  );
}
