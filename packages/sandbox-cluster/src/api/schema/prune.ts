import { isObject, type Json } from '../types';

/**
 * Removes what a structural schema does not name, and returns the paths of it
 * (`spec.pvc.bogus`), as kube-apiserver prunes custom resources.
 * Defaults of the schema are filled in on the way.
 */
export function pruneAndDefault(object: Json, schema: Json): string[] {
  const unknown: string[] = [];
  const properties = asObject(schema.properties);
  for (const name of Object.keys(object)) {
    if (name === 'apiVersion' || name === 'kind' || name === 'metadata') {
      continue;
    }
    if (!properties[name]) {
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) continue;
      delete object[name];
      unknown.push(name);
    } else visit(object[name], asObject(properties[name]), name, unknown);
  }
  applyDefaults(object, properties);
  return unknown;
}

function visit(value: unknown, schema: Json, path: string, unknown: string[]) {
  if (Array.isArray(value)) {
    if (!isObject(schema.items)) return;
    const items = schema.items;
    value.forEach((item, index) =>
      visit(item, items, `${path}[${index}]`, unknown),
    );
    return;
  }
  if (!isObject(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) return;
  if (isObject(schema.additionalProperties)) {
    const values = schema.additionalProperties;
    for (const [name, item] of Object.entries(value)) {
      visit(item, values, `${path}.${name}`, unknown);
    }
    return;
  }
  if (schema.additionalProperties === true) return;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.properties === undefined && schema.type !== 'object') return;
  const properties = asObject(schema.properties);
  for (const name of Object.keys(value)) {
    if (properties[name]) {
      visit(
        value[name],
        asObject(properties[name]),
        `${path}.${name}`,
        unknown,
      );
    } else if (!preserves) {
      delete value[name];
      unknown.push(`${path}.${name}`);
    }
  }
  applyDefaults(value, properties);
}

function applyDefaults(value: Json, properties: Json) {
  for (const [name, schema] of Object.entries(properties)) {
    if (!isObject(schema) || schema.default === undefined) continue;
    if (
      value[name] === undefined ||
      (value[name] === null && schema.nullable !== true)
    ) {
      value[name] = JSON.parse(JSON.stringify(schema.default));
    }
  }
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}
