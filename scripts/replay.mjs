/** `npm run replay -- FILE.ndjson…`: what the product would have shown for a recorded watch stream. */
import {
  nodeEnvironment,
  nodePath,
  root,
  run,
  ensureInstalled,
} from './lib/install.mjs';
import { join, resolve } from 'node:path';

await ensureInstalled();
const files = process.argv
  .slice(2)
  .map(file => resolve(process.env.INIT_CWD ?? '.', file));
try {
  await run(
    nodePath(),
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'plugins/golden-images-backend/src/state/replay/main.ts'),
      ...files,
    ],
    { env: nodeEnvironment() },
  );
} catch {
  process.exitCode = 1;
}
