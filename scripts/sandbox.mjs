/** `npm run sandbox`: the embedded cluster alone. Arguments go to its command line. */
import { join } from 'node:path';
import { ensureInstalled, root } from './lib/install.mjs';
import { handOver } from './lib/handOver.mjs';

await ensureInstalled();
await handOver([
  '--enable-source-maps',
  '--require',
  join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
  join(root, 'packages/sandbox-cluster/src/cli/main.ts'),
  ...process.argv.slice(2),
]);
