/**
 * The contract suite over HTTP: against the sandbox in a process of its own, or
 * against the cluster of a kubeconfig.
 *
 * usage: npm run test:cluster [-- --kubeconfig FILE [--image-url URL] [--storage-class NAME]]
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './lib/install.mjs';
import { startSandbox } from './lib/startSandbox.mjs';
import { runSuites } from './lib/testPackage.mjs';

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
  await runSuites('packages/sandbox-cluster', 'src/contract', {
    GOLDEN_IMAGES_CONTRACT_KUBECONFIG:
      sandbox?.kubeconfig ?? resolve(values.kubeconfig),
    GOLDEN_IMAGES_CONTRACT_IMAGE_URL: imageUrl,
    ...(values['storage-class']
      ? { GOLDEN_IMAGES_CONTRACT_STORAGE_CLASS: values['storage-class'] }
      : {}),
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await sandbox?.stop();
}
