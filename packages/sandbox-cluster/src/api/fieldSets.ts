import { isObject, type FieldsV1, type Json } from './types';

const SEPARATOR = '\u0000';

/** Paths of fields, as managed fields hold them. Lists are owned as a whole. */
export type FieldSet = Set<string>;

/** Identity of an object; nobody owns it. */
const UNOWNED = new Set(
  [
    ['apiVersion'],
    ['kind'],
    ['metadata', 'name'],
    ['metadata', 'namespace'],
    ['metadata', 'uid'],
    ['metadata', 'resourceVersion'],
    ['metadata', 'generation'],
    ['metadata', 'creationTimestamp'],
    ['metadata', 'deletionTimestamp'],
    ['metadata', 'deletionGracePeriodSeconds'],
    ['metadata', 'managedFields'],
  ].map(path => path.join(SEPARATOR)),
);

/** Every leaf of an object; an empty map is a leaf. */
export function fieldSetOf(object: Json): FieldSet {
  const set: FieldSet = new Set();
  const visit = (value: unknown, path: string[]) => {
    const key = path.join(SEPARATOR);
    if (UNOWNED.has(key)) return;
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [name, item] of Object.entries(value)) {
        visit(item, [...path, name]);
      }
    } else if (path.length > 1 || !isObject(value)) set.add(key);
  };
  visit(object, []);
  return set;
}

export function toFieldsV1(set: FieldSet): FieldsV1 {
  const fields: FieldsV1 = {};
  for (const path of [...set].sort()) {
    let current = fields;
    for (const name of path.split(SEPARATOR)) {
      current = current[`f:${name}`] ??= {};
    }
  }
  return fields;
}

export function fromFieldsV1(fields: FieldsV1): FieldSet {
  const set: FieldSet = new Set();
  const visit = (value: FieldsV1, path: string[]) => {
    const names = Object.keys(value).filter(name => name !== '.');
    if (names.length === 0 && path.length > 0) set.add(path.join(SEPARATOR));
    for (const name of names) {
      visit(value[name], [...path, name.replace(/^f:/, '')]);
    }
  };
  visit(fields, []);
  return set;
}

export function valueAt(object: unknown, path: string): unknown {
  let current = object;
  for (const name of path.split(SEPARATOR)) {
    if (!isObject(current)) return undefined;
    current = current[name];
  }
  return current;
}

export function removeAt(object: Json, path: string) {
  const names = path.split(SEPARATOR);
  const last = names.pop() ?? '';
  let current: unknown = object;
  for (const name of names) {
    if (!isObject(current)) return;
    current = current[name];
  }
  if (isObject(current)) delete current[last];
}

/** The path and those of the maps around it, outermost first. */
export function withParents(path: string): string[] {
  const names = path.split(SEPARATOR);
  return names.map((_, index) => names.slice(0, index + 1).join(SEPARATOR));
}

/** `.metadata.labels.team` */
export function showPath(path: string): string {
  return `.${path.split(SEPARATOR).join('.')}`;
}
