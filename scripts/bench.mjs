/** `npm run bench`: the product side by side with what one would use instead. */
import { join } from 'node:path';
import {
  ensureInstalled,
  nodeEnvironment,
  nodePath,
  root,
  run,
} from './lib/install.mjs';

await ensureInstalled();
try {
  await run(
    nodePath(),
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'packages/benchmarks/src/main.ts'),
      ...process.argv.slice(2),
    ],
    { env: nodeEnvironment() },
  );
} catch {
  process.exitCode = 1;
}
