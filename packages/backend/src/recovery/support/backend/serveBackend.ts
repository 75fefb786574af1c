import { createBackend } from '@backstage/backend-defaults';
import { randomUUID } from 'node:crypto';
import { openTaskSeams } from './taskSeams';

/** What each plugin is made of. */
const FEATURES: Record<string, () => Parameters<Backend['add']>[0][]> = {
  auth: () => [
    import('@backstage/plugin-auth-backend'),
    import('../../../demo/signIn'),
  ],
  catalog: () => [
    import('@backstage/plugin-catalog-backend'),
    import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
  ],
  permission: () => [
    import('@backstage/plugin-permission-backend'),
    import('@backstage/plugin-permission-backend-module-allow-all-policy'),
  ],
  scaffolder: () => [
    import('@backstage/plugin-scaffolder-backend'),
    import('@backstage/plugin-scaffolder-backend-module-workspace-database'),
    import('@golden-images/plugin-scaffolder-backend-module-golden-images'),
  ],
  'golden-images': () => [
    import('@backstage/plugin-events-backend'),
    import('@backstage/plugin-signals-backend'),
    import('@golden-images/plugin-golden-images-backend'),
  ],
};

type Backend = ReturnType<typeof createBackend>;

/** Tells the test, and resolves when it answers. */
function tell(message: object): Promise<void> {
  const id = randomUUID();
  return new Promise(resolve => {
    const listener = ({ go }: { go?: string }) => {
      if (go !== id) return;
      process.off('message', listener);
      resolve();
    };
    process.on('message', listener);
    process.send?.({ ...message, id });
  });
}

async function main() {
  // Whoever started this is gone.
  process.on('disconnect', () => process.exit(0));
  openTaskSeams({
    moment: moment => tell({ moment }),
    ended: end => process.send?.({ end }),
  });
  const backend = createBackend();
  for (const plugin of (process.env.RECOVERY_PLUGINS ?? '').split(',')) {
    FEATURES[plugin]().forEach(feature => backend.add(feature));
  }
  await backend.start();
  process.send?.({ ready: true });
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
