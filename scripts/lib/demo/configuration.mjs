import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigSources } from '@backstage/config-loader';
import { root } from '../install.mjs';

const file = name => join(root, name);

/**
 * Names of the clusters that are configured in app-config.yaml,
 * app-config.local.yaml and the environment. None: the embedded one it is.
 */
export async function configuredClusters() {
  const config = await ConfigSources.toConfig(
    ConfigSources.default({ rootDir: root, argv: [], watch: false }),
  );
  try {
    const clusters = config.getOptionalConfigArray('goldenImages.clusters');
    return (clusters ?? []).map(cluster => cluster.getString('name'));
  } finally {
    config.close();
  }
}

/** Arguments that name the configuration files, later ones winning. */
export function configArguments({ sandbox }) {
  return [
    'app-config.yaml',
    'app-config.demo.yaml',
    ...(sandbox ? ['app-config.sandbox.yaml'] : []),
    'app-config.local.yaml',
  ]
    .map(file)
    .filter(existsSync)
    .flatMap(path => ['--config', path]);
}
