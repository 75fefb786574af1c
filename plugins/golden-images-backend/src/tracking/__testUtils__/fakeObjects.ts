import type {
  KubernetesObject,
  ListScope,
  ResourceType,
} from '../../kubernetes';

export interface Entry {
  type: ResourceType;
  object: KubernetesObject;
}

export interface Change {
  version: number;
  type: ResourceType;
  event: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
}

type Patch = { [key: string]: unknown };

export function idOf(
  type: ResourceType,
  namespace: string | undefined,
  name: string,
) {
  return `${type.group}/${type.resource} ${namespace ?? ''}/${name}`;
}

export function within(scope: ListScope, object: KubernetesObject): boolean {
  const { metadata } = object;
  if (scope.namespace && metadata.namespace !== scope.namespace) return false;
  const [field, value] = (scope.fieldSelector ?? '').split('=');
  if (field === 'metadata.name') return metadata.name === value;
  const involved = object.involvedObject as { kind?: string } | undefined;
  return field !== 'involvedObject.kind' || involved?.kind === value;
}

export function isLabelled(
  { metadata }: KubernetesObject,
  { labelSelector = '' }: { labelSelector?: string },
): boolean {
  const [key, value] = labelSelector.split('=');
  return !key || metadata.labels?.[key] === value;
}

/** JSON merge patch (RFC 7386). */
export function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Patch = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
