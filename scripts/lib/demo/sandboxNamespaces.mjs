import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../install.mjs';

const manifests = join(root, 'examples', 'cluster', 'namespaces.yaml');

/** Makes the demo's namespaces in the embedded cluster, where they are missing. */
export async function makeNamespaces(kubeconfigPath) {
  const kubeconfig = parse(readFileSync(kubeconfigPath, 'utf8'));
  const { server } = kubeconfig.clusters[0].cluster;
  const { token } = kubeconfig.users[0].user;
  for (const document of parseAllDocuments(readFileSync(manifests, 'utf8'))) {
    const namespace = document.toJS();
    const response = await fetch(`${server}/api/v1/namespaces`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(namespace),
    });
    // 409: it is there since an earlier start.
    if (!response.ok && response.status !== 409) {
      throw new Error(
        `The embedded cluster refuses the namespace ${
          namespace.metadata.name
        }: ${await response.text()}`,
      );
    }
    await response.body?.cancel();
  }
}
