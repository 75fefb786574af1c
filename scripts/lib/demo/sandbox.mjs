import { join } from 'node:path';
import { makeNamespaces } from './sandboxNamespaces.mjs';
import { Service } from './Service.mjs';
import { root } from '../install.mjs';

const MIB = 2 ** 20;
/** So slow that people see how far an import or a copy is. */
const IMPORT_BYTES_PER_SECOND = 4 * MIB;
const COPY_BYTES_PER_SECOND = MIB;

/** The embedded cluster's image server stands in for this host. */
const IMAGE_HOST = 'http://images.example.com';
const IMAGE_FILE = 'demo-linux.qcow2';

/**
 * Starts the embedded cluster with the demo's namespaces.
 *
 * @returns the backend's environment, and where the first image comes from
 */
export async function startSandbox({ data, services, logFile, signal }) {
  const sandbox = new Service({
    name: 'embedded cluster',
    entry: join(root, 'packages/sandbox-cluster/src/cli/main.ts'),
    args: [
      ...['--data', join(data, 'sandbox')],
      ...['--import-rate', String(IMPORT_BYTES_PER_SECOND)],
      ...['--copy-rate', String(COPY_BYTES_PER_SECOND)],
    ],
    cwd: root,
    env: {},
    logFile,
  });
  services.push(sandbox);
  const [[, imageServer], [, kubeconfig]] = await Promise.all([
    sandbox.line(/^image-server url=(.+)$/, signal),
    sandbox.line(/^ready kubeconfig=(.+)$/, signal),
  ]);
  await makeNamespaces(kubeconfig);
  return {
    env: {
      GOLDEN_IMAGES_SANDBOX_KUBECONFIG: kubeconfig,
      GOLDEN_IMAGES_SANDBOX_IMAGES: new URL(imageServer).host,
    },
    image: {
      url: `${IMAGE_HOST}/${IMAGE_FILE}`,
      checksum: `sha256:${await sha256(imageServer, IMAGE_FILE)}`,
    },
  };
}

async function sha256(imageServer, file) {
  const response = await fetch(`${imageServer}/SHA256SUMS`);
  const sums = await response.text();
  const line = sums.split('\n').find(each => each.endsWith(`  ${file}`));
  const sum = line?.split('  ')[0];
  if (!sum) throw new Error(`${imageServer}/SHA256SUMS does not list ${file}`);
  return sum;
}
