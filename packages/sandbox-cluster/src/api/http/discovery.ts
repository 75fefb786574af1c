import type { Definitions } from '../definitions';
import { openApiDocument } from './openApi';
import { apiVersionOf, type ResourceDefinition } from '../resources';
import type { Json } from '../types';

/** As recorded from a kube-apiserver 1.36. */
export const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2+sandbox',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'none',
};

const AUTHORIZATION = 'authorization.k8s.io';

/** The document of a discovery path, or `undefined` where there is none. */
export function discover(
  definitions: Definitions,
  path: string,
  serverAddress: string,
): Json | undefined {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  if (parts[0] === 'api') {
    if (parts.length === 1) {
      return {
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [
          { clientCIDR: '0.0.0.0/0', serverAddress },
        ],
      };
    }
    return parts.length === 2 && parts[1] === 'v1'
      ? resourceList(definitions, '', 'v1')
      : undefined;
  }
  if (parts[0] === 'openapi') return openApiDocument(definitions, parts);
  if (parts[0] !== 'apis') return undefined;
  const groups = groupVersions(definitions);
  if (parts.length === 1) {
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map(([name, versions]) => group(name, versions)),
    };
  }
  const versions = groups.get(parts[1]);
  if (!versions) return undefined;
  if (parts.length === 2) {
    return {
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...group(parts[1], versions),
    };
  }
  return parts.length === 3 && versions.includes(parts[2])
    ? resourceList(definitions, parts[1], parts[2])
    : undefined;
}

function groupVersions(definitions: Definitions): Map<string, string[]> {
  const groups = new Map<string, string[]>([[AUTHORIZATION, ['v1']]]);
  for (const { group: name, version } of definitions.all()) {
    if (!name) continue;
    const versions = groups.get(name) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(name, versions);
  }
  return groups;
}

function group(name: string, versions: string[]): Json {
  const named = versions.map(version => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions: named, preferredVersion: named[0] };
}

function resourceList(
  definitions: Definitions,
  name: string,
  version: string,
): Json {
  const resources = definitions
    .all()
    .filter(type => type.group === name && type.version === version)
    .flatMap(resourcesOf);
  if (name === AUTHORIZATION) resources.push(accessReview());
  return {
    kind: 'APIResourceList',
    ...(name ? { apiVersion: 'v1' } : {}),
    groupVersion: apiVersionOf({ group: name, version }),
    resources,
  };
}

function resourcesOf(type: ResourceDefinition): Json[] {
  const { plural, singular, namespaced, kind, verbs } = type;
  const resource: Json = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(type.shortNames?.length ? { shortNames: type.shortNames } : {}),
    ...(type.categories?.length ? { categories: type.categories } : {}),
  };
  if (!type.hasStatus) return [resource];
  return [
    resource,
    {
      name: `${plural}/status`,
      singularName: '',
      namespaced,
      kind,
      verbs: ['get', 'patch', 'update'],
    },
  ];
}

function accessReview(): Json {
  return {
    name: 'selfsubjectaccessreviews',
    singularName: 'selfsubjectaccessreview',
    namespaced: false,
    kind: 'SelfSubjectAccessReview',
    verbs: ['create'],
  };
}
