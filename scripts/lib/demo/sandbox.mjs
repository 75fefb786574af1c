import { join } from 'node:path';
import { makeNamespaces } from './sandboxNamespaces.mjs';
import { Service } from './Service.mjs';
import { root } from '../install.mjs';

/**
 * Starts the embedded cluster with the demo's namespaces.
 *
 * @returns the backend's environment, and where the first image comes from
 */
export async function startSandbox({ data, services, logFile }) {
  const sandbox = new Service({
    name: 'embedded cluster',
    entry: join(root, 'packages/sandbox-cluster/src/cli/main.ts'),
    args: ['--data', join(data, 'sandbox')],
    cwd: root,
    env: {},
    logFile,
  });
  services.push(sandbox);
  const [, kubeconfig] = await sandbox.line(/^ready kubeconfig=(.+)$/);
  await makeNamespaces(kubeconfig);
  return { env: { GOLDEN_IMAGES_SANDBOX_KUBECONFIG: kubeconfig } };
}
