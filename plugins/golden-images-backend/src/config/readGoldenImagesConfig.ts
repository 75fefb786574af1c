import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds, type HumanDuration } from '@backstage/types';
import * as ipaddr from 'ipaddr.js';
import { readCloneLimits } from './cloneLimits';
import { readConnection } from './connection';
import type {
  AllowedImportSource,
  ClusterConfig,
  GoldenImagesConfig,
} from './types';

const DEFAULT_IMAGE_NAMESPACES = ['golden-images'];
const DEFAULT_KEEP_FOR: HumanDuration = { days: 90 };
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads `goldenImages` of the app configuration and applies its defaults.
 *
 * @throws InputError naming the key that is wrong
 */
export function readGoldenImagesConfig(root: Config): GoldenImagesConfig {
  const entries = root.getOptionalConfigArray('goldenImages.clusters') ?? [];
  const clusters = entries.map((entry, index) =>
    readCluster(entry, `goldenImages.clusters[${index}]`, root),
  );
  const names = clusters.map(cluster => cluster.name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) {
      throw new InputError(
        `goldenImages.clusters[${index}].name: "${name}" is taken by goldenImages.clusters[${names.indexOf(
          name,
        )}]`,
      );
    }
  });
  const admins = root.getOptionalStringArray('goldenImages.admins') ?? [];
  const allow = root.getOptionalConfigArray('goldenImages.imports.allow') ?? [];
  return {
    clusters,
    admins: admins.map((ref, index) =>
      readEntityRef(ref, `goldenImages.admins[${index}]`),
    ),
    imports: {
      allow: allow.map((entry, index) =>
        readAllowed(entry, `goldenImages.imports.allow[${index}]`),
      ),
    },
    history: { keepForMs: readKeepForMs(root) },
  };
}

function readKeepForMs(root: Config): number {
  const key = 'goldenImages.history.keepFor';
  const duration = root.has(key)
    ? readDurationFromConfig(root, { key })
    : DEFAULT_KEEP_FOR;
  const ms = durationToMilliseconds(duration);
  if (!(ms > 0)) throw new InputError(`${key}: must be longer than nothing`);
  return ms;
}

function readCluster(entry: Config, at: string, root: Config): ClusterConfig {
  const imageNamespaces =
    readNamespaceNames(entry, 'imageNamespaces', at) ??
    DEFAULT_IMAGE_NAMESPACES;
  const scope = readScope(entry, at);
  return {
    name: readClusterName(entry, at),
    title: entry.getOptionalString('title'),
    connection: readConnection(entry, at, root),
    kubernetesPluginName: entry.getOptionalString('fromKubernetesPlugin'),
    // Images are tracked in any case: without them nothing could be cloned.
    scope:
      scope === 'cluster'
        ? scope
        : Array.from(new Set([...scope, ...imageNamespaces])),
    imageNamespaces,
    storageClass: entry.getOptionalString('storageClass'),
    clones: entry.has('clones') ? readCloneLimits(entry, at) : undefined,
    keepVersions: readCount(entry, 'keepVersions', at),
    retain: entry.getOptionalBoolean('retain'),
    requireVerified: root.getOptionalBoolean(
      'goldenImages.imports.requireVerified',
    ),
    namespaces: (entry.getOptionalConfigArray('namespaces') ?? []).map(
      (namespace, index) => {
        const owner = namespace.getOptionalString('owner');
        const key = `${at}.namespaces[${index}]`;
        return {
          name: readNamespaceName(namespace.getString('name'), `${key}.name`),
          owner: owner && readEntityRef(owner, `${key}.owner`),
          keepVersions: readCount(namespace, 'keepVersions', key),
          requireVerified: namespace.getOptionalBoolean('requireVerified'),
        };
      },
    ),
  };
}

function readCount(entry: Config, key: string, at: string) {
  const count = entry.getOptionalNumber(key);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1)) {
    throw new InputError(`${at}.${key}: must be a whole number, at least 1`);
  }
  return count;
}

function readClusterName(entry: Config, at: string): string {
  const name = entry.getString('name');
  if (!/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name)) {
    throw new InputError(
      `${at}.name: "${name}" must have 1 to 63 letters, digits, "-", "_" or ".", and start and end with a letter or digit`,
    );
  }
  return name;
}

function readScope(entry: Config, at: string): 'cluster' | string[] {
  if (!entry.has('scope')) return 'cluster';
  const scope: unknown = entry.get('scope');
  if (scope === 'cluster') return scope;
  if (!Array.isArray(scope)) {
    throw new InputError(
      `${at}.scope: must be "cluster" or a list of namespaces`,
    );
  }
  return readNamespaceNames(entry, 'scope', at) ?? [];
}

function readNamespaceNames(
  entry: Config,
  key: string,
  at: string,
): string[] | undefined {
  const names = entry.getOptionalStringArray(key);
  if (!names) return undefined;
  if (names.length === 0) {
    throw new InputError(`${at}.${key}: must name at least one namespace`);
  }
  return names.map((name, index) =>
    readNamespaceName(name, `${at}.${key}[${index}]`),
  );
}

function readNamespaceName(name: string, at: string): string {
  if (!DNS_LABEL.test(name)) {
    throw new InputError(`${at}: "${name}" is not a name of a namespace`);
  }
  return name;
}

function readEntityRef(text: string, at: string): string {
  try {
    return stringifyEntityRef(parseEntityRef(text));
  } catch {
    throw new InputError(
      `${at}: "${text}" must be a full entity reference such as "group:default/platform"`,
    );
  }
}

/** An address and a port, such as `10.1.0.5:8080` or `[fd00::5]:8080`. */
function readReachedAt(
  entry: Config,
  at: string,
): AllowedImportSource['reachedAt'] {
  const text = entry.getOptionalString('reachedAt');
  if (text === undefined) return undefined;
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text) ?? [];
  const address = bracketed ?? plain;
  const found = Number(port);
  if (!ipaddr.isValid(address ?? '') || !(found > 0 && found < 65536)) {
    throw new InputError(
      `${at}.reachedAt: "${text}" must be an address and a port, such as "10.1.0.5:8080"`,
    );
  }
  if (ipaddr.process(address).range() === 'linkLocal') {
    throw new InputError(
      `${at}.reachedAt: "${text}" is a link-local address, which is never allowed`,
    );
  }
  return { address, port: found };
}

function readAllowed(entry: Config, at: string): AllowedImportSource {
  const host = entry.getString('host').toLowerCase();
  const bracketed = host.includes(':') && !host.startsWith('[');
  const written = bracketed ? `[${host}]` : host;
  const url = `http://${written}/`;
  if (
    host.includes('*') ||
    !URL.canParse(url) ||
    new URL(url).host !== written
  ) {
    throw new InputError(
      `${at}.host: "${host}" must be one host name or IP address, without scheme, port, path or wildcard`,
    );
  }
  const port = entry.getOptionalNumber('port');
  if (
    port !== undefined &&
    !(Number.isInteger(port) && port > 0 && port < 65536)
  ) {
    throw new InputError(`${at}.port: must be a port number`);
  }
  const paths = entry.getOptionalStringArray('paths');
  paths?.forEach((path, index) => {
    const canonical = new URL(path, 'http://host/').pathname;
    if (!path.startsWith('/') || canonical !== path || /[%\\]/.test(path)) {
      throw new InputError(
        `${at}.paths[${index}]: "${path}" must be a plain path prefix that starts with "/"`,
      );
    }
  });
  const allowAddresses = entry.getOptionalStringArray('allowAddresses') ?? [];
  allowAddresses.forEach((cidr, index) => {
    if (!ipaddr.isValidCIDR(cidr)) {
      throw new InputError(
        `${at}.allowAddresses[${index}]: "${cidr}" must be a range such as "10.1.0.0/16" or "fd00::/8"`,
      );
    }
  });
  const reachedAt = readReachedAt(entry, at);
  return { host: written, port, paths, allowAddresses, reachedAt };
}
