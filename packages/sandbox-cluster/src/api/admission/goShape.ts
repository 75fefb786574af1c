import { Quantity, QUANTITY_MESSAGE } from '../quantity';
import { jsonKind } from '../schema/goTypes';
import { isObject, type Json } from '../types';

/** Go's names for the parts of a DataVolume (CDI v1.66). */
const STRUCTS: Record<string, string> = {
  '': 'DataVolume',
  spec: 'DataVolumeSpec',
  'spec.source': 'DataVolumeSource',
  'spec.source.http': 'DataVolumeSourceHTTP',
  'spec.source.s3': 'DataVolumeSourceS3',
  'spec.source.gcs': 'DataVolumeSourceGCS',
  'spec.source.registry': 'DataVolumeSourceRegistry',
  'spec.source.registry.platform': 'PlatformOptions',
  'spec.source.pvc': 'DataVolumeSourcePVC',
  'spec.source.upload': 'DataVolumeSourceUpload',
  'spec.source.blank': 'DataVolumeBlankImage',
  'spec.source.imageio': 'DataVolumeSourceImageIO',
  'spec.source.vddk': 'DataVolumeSourceVDDK',
  'spec.source.snapshot': 'DataVolumeSourceSnapshot',
  'spec.sourceRef': 'DataVolumeSourceRef',
  'spec.storage': 'StorageSpec',
  'spec.pvc': 'PersistentVolumeClaimSpec',
  'spec.pvc.resources': 'VolumeResourceRequirements',
  'spec.storage.resources': 'VolumeResourceRequirements',
};

const GO_TYPES: Record<string, string> = {
  string: 'string',
  boolean: 'bool',
  integer: 'int32',
  array: '[]string',
};

/**
 * Why the webhooks of CDI could not decode a DataVolume into Go: what has the
 * wrong JSON type, or is not a quantity. They say so before the schema does.
 */
export function findDecodeError(
  object: Json,
  schema: Json,
): string | undefined {
  return inspect(object.spec, asObject(schema, 'spec'), 'spec');
}

function inspect(
  value: unknown,
  schema: Json,
  path: string,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (schema['x-kubernetes-int-or-string'] === true) {
    return Quantity.parse(value) ? undefined : QUANTITY_MESSAGE;
  }
  const type = String(schema.type ?? '');
  if (!hasType(value, type)) return mismatch(value, type, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items)
      ? first(value, item => inspect(item, items, path))
      : undefined;
  }
  if (!isObject(value)) return undefined;
  const { additionalProperties } = schema;
  return first(Object.entries(value), ([name, item]) =>
    inspect(
      item,
      isObject(additionalProperties)
        ? additionalProperties
        : asObject(schema, name),
      `${path}.${name}`,
    ),
  );
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return true;
  }
}

function mismatch(value: unknown, type: string, path: string): string {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const struct = STRUCTS[parent] ?? 'DataVolumeSpec';
  const go =
    type === 'object' ? `v1beta1.${STRUCTS[path] ?? 'Object'}` : GO_TYPES[type];
  return `json: cannot unmarshal ${jsonKind(
    value,
  )} into Go struct field ${struct}.${path} of type ${go}`;
}

function first<T>(
  items: T[],
  find: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

function asObject(schema: Json, name: string): Json {
  const { properties } = schema;
  const found = isObject(properties) ? properties[name] : undefined;
  return isObject(found) ? found : {};
}
