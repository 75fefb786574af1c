import { badRequest } from '../statusErrors';
import { isObject, type Json } from '../types';
import { Quantity, QUANTITY_MESSAGE } from '../quantity';

/** The shape of a Go type as `encoding/json` reads it: enough to say what Kubernetes says about a wrong one. */
export type GoType =
  | { is: 'any' }
  | { is: 'string' | 'bool' | 'number'; go: string }
  | { is: 'quantity' }
  | { is: 'list'; of: GoType; go: string }
  | { is: 'map'; of: GoType; go: string }
  | { is: 'struct'; go: string; fields: Record<string, GoType> };

export const any: GoType = { is: 'any' };
export const text = (go = 'string'): GoType => ({ is: 'string', go });
export const bool: GoType = { is: 'bool', go: 'bool' };
export const int = (go = 'int64'): GoType => ({ is: 'number', go });
export const quantity: GoType = { is: 'quantity' };
export const list = (of: GoType, go: string): GoType => ({
  is: 'list',
  of,
  go: `[]${go}`,
});
export const map = (of: GoType, go: string): GoType => ({
  is: 'map',
  of,
  go: `map[string]${go}`,
});
export const struct = (
  go: string,
  fields: Record<string, GoType>,
): GoType & { is: 'struct' } => ({ is: 'struct', go, fields });

const texts = map(text(), 'string');

export const objectMeta = struct('ObjectMeta', {
  name: text(),
  generateName: text(),
  namespace: text(),
  selfLink: text(),
  uid: text('types.UID'),
  resourceVersion: text(),
  generation: int(),
  creationTimestamp: any,
  deletionTimestamp: any,
  deletionGracePeriodSeconds: int(),
  labels: texts,
  annotations: texts,
  ownerReferences: list(
    struct('OwnerReference', {
      apiVersion: text(),
      kind: text(),
      name: text(),
      uid: text('types.UID'),
      controller: bool,
      blockOwnerDeletion: bool,
    }),
    'v1.OwnerReference',
  ),
  finalizers: list(text(), 'string'),
  managedFields: list(any, 'v1.ManagedFieldsEntry'),
});

/** Why Go could not decode a value. */
export class DecodeError extends Error {}

export interface Decoded {
  /** Paths of fields that the type does not have; they are removed. */
  unknown: string[];
}

/**
 * Checks `value` against a Go type as decoding would, removes unknown fields
 * and writes quantities in canonical form. Both change `value`.
 *
 * @throws DecodeError with the text of Go's decoder.
 */
export function decodeAs(
  value: Json,
  type: GoType & { is: 'struct' },
): Decoded {
  const unknown: string[] = [];
  decodeStruct(value, type, '', unknown);
  return { unknown };
}

function decodeStruct(
  value: Json,
  type: GoType & { is: 'struct' },
  path: string,
  unknown: string[],
) {
  for (const name of Object.keys(value)) {
    const field = path ? `${path}.${name}` : name;
    const fieldType = type.fields[name];
    if (!fieldType) {
      delete value[name];
      unknown.push(field);
      continue;
    }
    value[name] = decodeValue(
      value[name],
      fieldType,
      `${type.go}.${field}`,
      field,
      unknown,
    );
    if (value[name] === undefined) delete value[name];
  }
}

function decodeValue(
  value: unknown,
  type: GoType,
  goField: string,
  path: string,
  unknown: string[],
): unknown {
  if (type.is === 'any') return value;
  if (value === null) return type.is === 'string' ? null : undefined;
  if (type.is === 'quantity') {
    const parsed = Quantity.parse(value);
    if (!parsed) throw new DecodeError(QUANTITY_MESSAGE);
    return parsed.toString();
  }
  if (type.is === 'list') {
    if (!Array.isArray(value)) throw mismatch(value, goField, type.go);
    return value.map((item, index) =>
      decodeValue(item, type.of, goField, `${path}[${index}]`, unknown),
    );
  }
  if (type.is === 'map' || type.is === 'struct') {
    if (!isObject(value)) {
      const go = type.is === 'map' ? type.go : `v1.${type.go}`;
      throw mismatch(value, goField, go);
    }
    if (type.is === 'struct') decodeStruct(value, type, path, unknown);
    else {
      for (const [key, item] of Object.entries(value)) {
        value[key] = decodeValue(
          item,
          type.of,
          goField,
          `${path}[${key}]`,
          unknown,
        );
      }
    }
    return value;
  }
  const wanted = type.is === 'bool' ? 'boolean' : type.is;
  if (typeof value !== wanted) throw mismatch(value, goField, type.go);
  return value;
}

function mismatch(value: unknown, goField: string, go: string) {
  return new DecodeError(
    `json: cannot unmarshal ${jsonKind(
      value,
    )} into Go struct field ${goField} of type ${go}`,
  );
}

export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** `400` in the words of the codec of a kind. */
export function cannotBeHandled(
  kind: string,
  version: string,
  why: string,
  cause?: unknown,
) {
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`,
    cause,
  );
}
