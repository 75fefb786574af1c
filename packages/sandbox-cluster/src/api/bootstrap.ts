import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withType } from './decode';
import { BOOTSTRAP_ROLES } from './rbac/bootstrapRoles';
import { SERVER_USER } from './rbac/User';
import type { Registry } from './registry';
import { copyOf, isObject, type Json, type KubeObject } from './types';
import { INSTALLED_OBJECTS } from './installedObjects';

const DEFINITIONS_FILES = [
  'data/customResourceDefinitions.json.gz',
  'data/snapshotDefinitions.json.gz',
];
const MANIFEST = '@golden-images/sandbox-cluster/package.json';

/**
 * The CustomResourceDefinitions of CDI v1.66 and Longhorn v1.12, as a cluster
 * has them, and those of external-snapshotter v8.2 for snapshots.
 */
export function readDefinitions(): KubeObject[] {
  // The sources and what is built of them lie at different depths.
  const folder = dirname(require.resolve(MANIFEST));
  return DEFINITIONS_FILES.flatMap(file => {
    const text = gunzipSync(readFileSync(join(folder, file))).toString();
    return JSON.parse(text) as KubeObject[];
  });
}

/**
 * Makes what every cluster with CDI and Longhorn has from the start: the first
 * namespaces, the definitions, classes and configuration. What is there
 * already stays as it is.
 */
export function bootstrap(registry: Registry) {
  for (const definition of readDefinitions()) create(registry, definition);
  for (const object of [...BOOTSTRAP_ROLES, ...INSTALLED_OBJECTS]) {
    create(registry, object);
  }
}

function create(registry: Registry, value: KubeObject) {
  const type = registry.definitions.findKind(value.apiVersion, value.kind);
  if (!type) throw new Error(`${value.kind} is not served`);
  const object = withType(copyOf(value) as Json, type);
  const { name, namespace } = object.metadata;
  const key = type.namespaced ? `${namespace}/${name}` : name ?? '';
  if (registry.store.collection(type).get(key)) return;
  const { status } = object;
  const options = { dryRun: false, user: SERVER_USER, warnings: [] };
  registry.create(type, namespace, object, options);
  if (!isObject(status) || !type.hasStatus || !type.custom) return;
  registry.update(type, key, current => ({ ...current, status }), {
    ...options,
    subresource: 'status',
  });
}
