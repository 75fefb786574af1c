import { KubeConfig } from '@kubernetes/client-node';
import { statSync } from 'node:fs';
import type { ClusterConnectionConfig } from '../config/types';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Credentials of one cluster. A kubeconfig file is read again when it has
 * changed, and after a 401; the token file of a Pod and files of CAs are
 * followed by `@kubernetes/client-node` itself.
 */
export class KubeConfigSource {
  readonly #connection: ClusterConnectionConfig;
  #loaded?: { config: KubeConfig; version: string };

  constructor(connection: ClusterConnectionConfig) {
    this.#connection = connection;
  }

  /** @throws Error that names the file or context when there are no credentials. */
  current(): KubeConfig {
    const version = this.#version();
    if (this.#loaded?.version !== version) {
      this.#loaded = { config: this.#load(), version };
    }
    return this.#loaded.config;
  }

  /**
   * Whether other credentials than these may be had by reading them again. Of
   * many requests that were refused with the same, the first has them read.
   */
  invalidate(refused: KubeConfig): boolean {
    if (this.#loaded?.config === refused) this.#loaded = undefined;
    return this.#connection.type !== 'url';
  }

  #version(): string {
    if (this.#connection.type !== 'kubeconfig') return '';
    const { mtimeMs, size, ino } = statSync(this.#connection.path);
    return `${mtimeMs} ${size} ${ino}`;
  }

  #load(): KubeConfig {
    const connection = this.#connection;
    const config = new KubeConfig();
    switch (connection.type) {
      case 'kubeconfig':
        loadFile(config, connection.path);
        if (connection.context) config.setCurrentContext(connection.context);
        if (!config.getCurrentCluster()) {
          throw new Error(
            `The kubeconfig ${
              connection.path
            } has no context "${config.getCurrentContext()}" with a cluster`,
          );
        }
        break;
      case 'in-cluster':
        if (!process.env.KUBERNETES_SERVICE_HOST) {
          throw new Error(
            'inCluster is configured, but the backend runs in no Pod of a cluster (KUBERNETES_SERVICE_HOST is not set): name a kubeconfig or url instead',
          );
        }
        config.loadFromCluster();
        break;
      case 'unusable':
        throw new Error(connection.message);
      default:
        config.loadFromClusterAndUser(
          {
            name: 'cluster',
            server: connection.url,
            caData: connection.caData,
            caFile: connection.caFile,
            skipTLSVerify: false,
          },
          { name: 'backstage', token: connection.token },
        );
    }
    const server = config.getCurrentCluster()?.server;
    if (server !== undefined && !URL.canParse(server)) {
      throw new Error(`The address of the API server, "${server}", is no URL`);
    }
    config.clusters = config.clusters.map(cluster =>
      isPlainLoopback(cluster.server)
        ? // Of `http:` addresses the client library takes only those marked so.
          { ...cluster, skipTLSVerify: true }
        : cluster,
    );
    return config;
  }
}

function loadFile(config: KubeConfig, path: string) {
  try {
    config.loadFromFile(path);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`The kubeconfig ${path} cannot be read: ${message}`);
  }
}

/** Other clusters of a kubeconfig may have anything for an address. */
function isPlainLoopback(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const url = new URL(server);
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname);
}
