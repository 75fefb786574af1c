import { parse as parseYaml } from 'yaml';
import { apiVersionOf, type ResourceDefinition } from './resources';
import { scanJson } from './scanJson';
import { CORE_TYPES } from './schema/coreTypes';
import {
  cannotBeHandled,
  decodeAs,
  DecodeError,
  jsonKind,
  objectMeta,
  struct,
  any,
} from './schema/goTypes';
import { pruneAndDefault } from './schema/prune';
import { badRequest, unsupportedMediaType } from './statusErrors';
import { isObject, type Json, type KubeObject } from './types';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const metadataOnly = struct('metadata', { metadata: objectMeta });
const MAX_SHOWN = 256;

/** Media type of a body; a body without one is JSON. */
export function bodyFormat(contentType: string | undefined): 'json' | 'yaml' {
  const type = (contentType ?? 'application/json').split(';')[0].trim();
  if (type === 'application/json' || type === '') return 'json';
  if (type === 'application/yaml') return 'yaml';
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

/** The object of a create or update request, and keys that came twice. */
export function decodeBody(
  body: string,
  format: 'json' | 'yaml',
  type: ResourceDefinition,
): { object: KubeObject; duplicates: string[] } {
  const { value, duplicates } = parseBody(body, format, type.kind);
  if (!isObject(value)) {
    throw unrecognized(
      type.kind,
      `json: cannot unmarshal ${jsonKind(
        value,
      )} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      body,
    );
  }
  return { object: withType(value, type), duplicates };
}

/** Fills in apiVersion and kind, and refuses those of another resource. */
export function withType(value: Json, type: ResourceDefinition): KubeObject {
  const expected = apiVersionOf(type);
  const apiVersion = value.apiVersion || expected;
  const kind = value.kind || type.kind;
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== type.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): kind ${kind} does not match`,
    );
  }
  const { metadata, ...rest } = value;
  delete rest.apiVersion;
  delete rest.kind;
  // Core types are written kind first, as Go writes them; see listItemJson.
  const head = type.custom ? { apiVersion, kind } : { kind, apiVersion };
  return {
    ...head,
    metadata: metadata ?? {},
    ...rest,
  } as unknown as KubeObject;
}

/**
 * Brings an object into the shape of its resource: wrong types are refused,
 * unknown fields removed, and reported as `fieldValidation` asks.
 *
 * @throws ApiError 400
 */
export function conform(
  object: KubeObject,
  type: ResourceDefinition,
  options: {
    fieldValidation: FieldValidation;
    warnings: string[];
    duplicates?: string[];
  },
) {
  let unknown: string[];
  try {
    unknown = type.custom
      ? conformCustom(object, type.custom.schema)
      : conformCore(object, type);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw cannotBeHandled(type.kind, type.version, error.message, error);
  }
  const problems = [
    ...(options.duplicates ?? []).map(path => `duplicate field "${path}"`),
    ...unknown.map(path => `unknown field "${path}"`),
  ];
  if (problems.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Strict') {
    throw cannotBeHandled(
      type.kind,
      type.version,
      `strict decoding error: ${problems.join(', ')}`,
    );
  }
  options.warnings.push(...problems);
}

function conformCustom(object: KubeObject, schema: Json): string[] {
  // Only metadata has a Go type here, and its errors name no outer field.
  const { unknown } = decodeAs(object.metadata as Json, objectMeta);
  return [
    ...unknown.map(path => `metadata.${path}`),
    ...pruneAndDefault(object, schema),
  ];
}

function conformCore(object: KubeObject, type: ResourceDefinition): string[] {
  const coreType = CORE_TYPES[type.kind];
  if (coreType) return decodeAs(object, coreType).unknown;
  const rest = Object.fromEntries(Object.keys(object).map(name => [name, any]));
  return decodeAs(object, {
    ...metadataOnly,
    go: type.kind,
    fields: { ...rest, ...metadataOnly.fields },
  }).unknown;
}

function parseBody(
  body: string,
  format: 'json' | 'yaml',
  kind: string,
): { value: unknown; duplicates: string[] } {
  if (format === 'yaml') {
    try {
      return { value: parseYaml(body), duplicates: [] };
    } catch (error) {
      throw unrecognized(kind, `yaml: ${(error as Error).message}`, body);
    }
  }
  const { duplicates, error } = scanJson(body);
  if (error) throw unrecognized(kind, error, body);
  return { value: JSON.parse(body), duplicates };
}

function unrecognized(kind: string, error: string, body: string) {
  const shown =
    body.length > MAX_SHOWN ? `${body.slice(0, MAX_SHOWN)} ...` : body;
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${error} (${
      shown || '<empty>'
    })`,
  );
}
