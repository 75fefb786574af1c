import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { ClusterConnectionConfig } from './types';

const WAYS = [
  'kubeconfig',
  'inCluster',
  'url',
  'fromKubernetesPlugin',
] as const;

/**
 * Reads how a cluster is reached: exactly one way per entry. What cannot be used
 * is said of this cluster, and keeps no other from starting: nor does the
 * configuration of another plugin, whatever it is like.
 *
 * @param at - the configuration key of the entry, for messages
 * @throws TypeError where the entry has a value of another type than its schema
 *   says, naming the key
 */
export function readConnection(
  entry: Config,
  at: string,
  root: Config,
): ClusterConnectionConfig {
  try {
    return readUsable(entry, at, root);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { type: 'unusable', message: error.message };
  }
}

/** @throws InputError naming the key */
function readUsable(
  entry: Config,
  at: string,
  root: Config,
): ClusterConnectionConfig {
  const given = WAYS.filter(way =>
    way === 'inCluster'
      ? entry.getOptionalBoolean(way) === true
      : entry.has(way),
  );
  if (given.length !== 1) {
    const what = given.length === 0 ? 'none is given' : given.join(' and ');
    throw new InputError(
      `${at}: name exactly one of ${WAYS.join(', ')} (${what})`,
    );
  }
  switch (given[0]) {
    case 'kubeconfig':
      return {
        type: 'kubeconfig',
        path: entry.getString('kubeconfig'),
        context: entry.getOptionalString('context'),
      };
    case 'inCluster':
      return { type: 'in-cluster' };
    case 'url':
      return {
        type: 'url',
        url: readUrl(entry, 'url', at),
        token: entry.getOptionalString('token'),
        ...readCa(entry, at),
      };
    default: {
      const name = entry.getString('fromKubernetesPlugin');
      const key = `${at}.fromKubernetesPlugin`;
      try {
        return fromKubernetesPlugin(name, key, root);
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw new InputError(`${key}: ${(error as Error).message}`);
      }
    }
  }
}

function readUrl(entry: Config, key: string, at: string): string {
  const text = entry.getString(key);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new InputError(
      `${at}.${key}: must be the http or https address of an API server`,
    );
  }
  if (url.username || url.password) {
    throw new InputError(
      `${at}.${key}: must not hold user and password; use a token`,
    );
  }
  return text.replace(/\/+$/, '');
}

/** That a file is not there yet is told where the cluster is connected to. */
function readCa(entry: Config, at: string) {
  const caData = entry.getOptionalString('caData');
  const caFile = entry.getOptionalString('caFile');
  if (caData !== undefined && caFile !== undefined) {
    throw new InputError(`${at}: give either caData or caFile, not both`);
  }
  return { caData, caFile };
}

/**
 * The same cluster as the Kubernetes plugin's, so that nobody configures it
 * twice (`kubernetes.clusterLocatorMethods[].clusters[]` of type `config`,
 * Backstage 1.55). Only its service account token can be used: the others are
 * the users' own.
 *
 * @throws InputError naming what cannot be used, or whatever is wrong there
 */
function fromKubernetesPlugin(
  name: string,
  at: string,
  root: Config,
): ClusterConnectionConfig {
  const methods =
    root.getOptionalConfigArray('kubernetes.clusterLocatorMethods') ?? [];
  const clusters = methods
    .filter(method => method.getOptionalString('type') === 'config')
    .flatMap(method => method.getOptionalConfigArray('clusters') ?? []);
  const cluster = clusters.find(c => c.getOptionalString('name') === name);
  if (!cluster) {
    const names = clusters.map(c => c.getOptionalString('name')).join(', ');
    throw new InputError(
      `${at}: there is no cluster "${name}" below kubernetes.clusterLocatorMethods of type "config" (there: ${
        names || 'none'
      })`,
    );
  }
  const there = `kubernetes cluster "${name}", named by ${at}`;
  if (cluster.getOptionalBoolean('skipTLSVerify')) {
    throw new InputError(
      `${there}: skipTLSVerify is not supported here, for the token would go to whoever answers; give caData or caFile`,
    );
  }
  const token = cluster.getOptionalString('serviceAccountToken');
  if (!token) {
    throw new InputError(
      `${there}: has no serviceAccountToken; with other ways to sign in only users have rights, and this backend watches on its own`,
    );
  }
  return {
    type: 'url',
    url: readUrl(cluster, 'url', there),
    token,
    ...readCa(cluster, there),
  };
}
