/**
 * The contract suite over HTTP: against the sandbox in a process of its own, or
 * against the cluster of a kubeconfig.
 *
 * usage: npm run test:cluster [-- --kubeconfig FILE [--image-url URL] [--storage-class NAME]]
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ensureInstalled,
  nodeEnvironment,
  nodePath,
  root,
  run,
} from './lib/install.mjs';
import { startSandbox } from './lib/startSandbox.mjs';

await ensureInstalled();
const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    'image-url': { type: 'string' },
    'storage-class': { type: 'string' },
  },
});

const sandbox = values.kubeconfig ? undefined : await startSandbox();
const imageUrl =
  values['image-url'] ??
  sandbox?.imageUrl ??
  process.env.GOLDEN_IMAGES_CONTRACT_IMAGE_URL;
try {
  if (!imageUrl) {
    throw new Error(
      '--image-url: name a raw or qcow2 file of at most 800 MiB that the cluster can download',
    );
  }
  await run(
    nodePath(),
    [
      join(root, 'node_modules/.bin/backstage-cli'),
      'package',
      'test',
      '--no-watch',
      '--testMatch',
      '**/*.suite.ts',
      '--testPathPatterns',
      'src/contract',
    ],
    {
      cwd: join(root, 'packages/sandbox-cluster'),
      env: {
        ...nodeEnvironment(),
        GOLDEN_IMAGES_CONTRACT_KUBECONFIG:
          sandbox?.kubeconfig ?? resolve(values.kubeconfig),
        GOLDEN_IMAGES_CONTRACT_IMAGE_URL: imageUrl,
        ...(values['storage-class']
          ? { GOLDEN_IMAGES_CONTRACT_STORAGE_CLASS: values['storage-class'] }
          : {}),
      },
    },
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await sandbox?.stop();
}
