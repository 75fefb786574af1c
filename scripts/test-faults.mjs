/**
 * Follows a cluster while everything goes wrong, and compares afterwards.
 * `-- --seed N` runs one seed alone, `-- --full` a thousand faults.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeEnvironment, root, run } from './lib/install.mjs';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, full: { type: 'boolean' } },
});
const full = values.full || process.env.GOLDEN_IMAGES_FULL === 'true';
const env = nodeEnvironment();
if (values.seed) env.GOLDEN_IMAGES_SEED = values.seed;
env.GOLDEN_IMAGES_SEEDS = full ? '44' : '12';
if (full) {
  env.GOLDEN_IMAGES_FAULT_REPORT = join(root, 'reports/faults.json');
}
await run(
  'npx',
  [
    'backstage-cli',
    'package',
    'test',
    '--no-watch',
    '--maxWorkers=1',
    'src/faults',
  ],
  { cwd: join(root, 'plugins/golden-images-backend'), env },
);
