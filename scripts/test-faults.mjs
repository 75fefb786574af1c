/**
 * Follows a cluster while everything goes wrong, and compares afterwards.
 * `-- --seed N` runs one seed alone, `-- --full` a thousand faults.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './lib/install.mjs';
import { testPackage } from './lib/testPackage.mjs';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, full: { type: 'boolean' } },
});
const full = values.full || process.env.GOLDEN_IMAGES_FULL === 'true';
const env = { GOLDEN_IMAGES_SEEDS: full ? '44' : '12' };
if (values.seed) env.GOLDEN_IMAGES_SEED = values.seed;
if (full) {
  env.GOLDEN_IMAGES_FAULT_REPORT = join(root, 'reports/faults.json');
}
await testPackage(
  'plugins/golden-images-backend',
  ['--maxWorkers=1', 'src/faults'],
  env,
);
