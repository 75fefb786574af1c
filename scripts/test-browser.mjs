/** `npm run test:browser`: journeys of people in Chromium, against the demo. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureInstalled,
  nodeEnvironment,
  nodePath,
  root,
  run,
} from './lib/install.mjs';

await ensureInstalled();
rmSync(join(root, 'artifacts', 'browser'), { recursive: true, force: true });
try {
  await run(
    nodePath(),
    [
      '--test',
      '--test-reporter=spec',
      // Each file runs a demo of its own: one at a time.
      '--test-concurrency=1',
      ...(process.argv.length > 2
        ? process.argv.slice(2)
        : ['packages/app/e2e-tests/*.test.mjs']),
    ],
    { env: nodeEnvironment() },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
