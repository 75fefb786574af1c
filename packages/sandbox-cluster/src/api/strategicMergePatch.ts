import { badRequest } from './statusErrors';
import { isObject, type Json } from './types';

/** `patchMergeKey` of lists of objects in the core types that this server has, by field. */
const MERGE_KEYS: Record<string, string> = {
  ownerReferences: 'uid',
  conditions: 'type',
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  env: 'name',
  ports: 'containerPort',
  imagePullSecrets: 'name',
  secrets: 'name',
  hostAliases: 'ip',
};

/** Lists of plain values that are merged as sets. */
const SETS = new Set(['finalizers']);
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/** Kubernetes' strategic merge patch, for core types. */
export function strategicMergePatch(target: unknown, patch: Json): Json {
  const result: Json = isObject(target) ? { ...target } : {};
  if (patch.$patch === 'replace') return without(patch, ['$patch']);
  const retained = patch.$retainKeys;
  if (Array.isArray(retained)) {
    for (const name of Object.keys(result)) {
      if (!retained.includes(name)) delete result[name];
    }
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name === '$retainKeys' || name.startsWith(ELEMENT_ORDER)) continue;
    if (name === '$patch') {
      if (value === 'delete' || value === 'merge') continue;
      throw badRequest(`Unknown patch type: ${value}`);
    }
    if (name.startsWith(DELETE_FROM)) {
      const field = name.slice(DELETE_FROM.length);
      const present = result[field];
      if (Array.isArray(present) && Array.isArray(value)) {
        result[field] = present.filter(item => !value.includes(item));
      }
    } else if (value === null) delete result[name];
    else if (Array.isArray(value)) {
      result[name] = mergeList(name, result[name], value);
    } else if (isObject(value)) {
      if (value.$patch === 'delete') delete result[name];
      else result[name] = strategicMergePatch(result[name], value);
    } else result[name] = value;
  }
  return result;
}

function mergeList(field: string, target: unknown, patch: unknown[]): unknown {
  const present = Array.isArray(target) ? target : [];
  if (SETS.has(field)) return [...new Set([...present, ...patch])];
  const key = MERGE_KEYS[field];
  if (!key || !patch.every(isObject)) return patch;
  const directive = patch.find(
    item => item.$patch === 'replace' && item[key] === undefined,
  );
  if (directive) return patch.filter(item => item !== directive);
  let result = [...present];
  for (const item of patch) {
    const index = result.findIndex(
      other => isObject(other) && other[key] === item[key],
    );
    if (item.$patch === 'delete') {
      result = result.filter((_, position) => position !== index);
    } else if (index < 0) result.push(strategicMergePatch({}, item));
    else result[index] = strategicMergePatch(result[index], item);
  }
  return result;
}

function without(value: Json, names: string[]): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !names.includes(name)),
  );
}
