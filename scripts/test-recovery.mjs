/**
 * Kills the backend of running templates with SIGKILL at named moments, and
 * looks what came of them. `-- --full` kills at every moment of every kind, each
 * alone, too, and writes `reports/recovery.json`.
 *
 * usage: npm run test:recovery [-- --full] [--only TEXT] [--no-postgres] [--keep]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './lib/install.mjs';
import { startPostgres } from './lib/startPostgres.mjs';
import { startSandbox } from './lib/startSandbox.mjs';
import { runSuites } from './lib/testPackage.mjs';

await ensureInstalled();
const { values } = parseArgs({
  options: {
    full: { type: 'boolean' },
    /** Leaves out what needs a PostgreSQL server. */
    'no-postgres': { type: 'boolean' },
    /** Only cases that have this text in their title. */
    only: { type: 'string' },
    /** Keeps the logs and databases of the backends. */
    keep: { type: 'boolean' },
  },
});
const full = values.full || process.env.GOLDEN_IMAGES_FULL === 'true';

let postgres;
let sandbox;
try {
  postgres = values['no-postgres'] ? undefined : await startPostgres();
  sandbox = await startSandbox(['--time-factor', '0.02']);
  await runSuites('packages/backend', 'src/recovery', {
    GOLDEN_IMAGES_FULL: String(full),
    GOLDEN_IMAGES_RECOVERY_KEEP: String(values.keep ?? false),
    GOLDEN_IMAGES_RECOVERY_ONLY: values.only ?? '',
    GOLDEN_IMAGES_RECOVERY_KUBECONFIG: sandbox.kubeconfig,
    GOLDEN_IMAGES_RECOVERY_IMAGE_URL: sandbox.imageUrl,
    GOLDEN_IMAGES_RECOVERY_POSTGRES_URL: postgres?.url ?? '',
    ...(full && !values.only
      ? { GOLDEN_IMAGES_RECOVERY_REPORT: join(root, 'reports/recovery.json') }
      : {}),
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await sandbox?.stop();
  postgres?.stop();
}
