import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import {
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from '../statusErrors';
import { child, isObject, type Json } from '../types';
import { compileRules, type Rule } from './rules';

/**
 * Validates custom resources with the OpenAPI schema of their
 * CustomResourceDefinition, and says what is wrong in the words of
 * kube-openapi and apiextensions-apiserver (Kubernetes 1.36).
 */
export class SchemaValidator {
  readonly #schema: Json;
  readonly #rules: Rule[];
  #validate?: ValidateFunction;

  constructor(schema: Json) {
    this.#schema = schema;
    this.#rules = compileRules(schema);
  }

  validate(object: Json, previous?: Json): FieldError[] {
    const validate = this.#compiled();
    const errors: FieldError[] = [];
    if (!validate(object)) {
      for (const error of validate.errors ?? []) {
        const found = toFieldError(error, object);
        if (found && !errors.some(other => same(other, found))) {
          errors.push(found);
        }
      }
    }
    for (const rule of this.#rules) errors.push(...rule(object, previous));
    return errors;
  }

  #compiled(): ValidateFunction {
    if (!this.#validate) {
      const ajv = new Ajv({
        allErrors: true,
        strict: false,
        validateFormats: false,
        logger: false,
        verbose: true,
      });
      this.#validate = ajv.compile(withoutMetadata(this.#schema));
    }
    return this.#validate;
  }
}

/** Metadata is validated apart, with Kubernetes' own rules. */
function withoutMetadata(schema: Json): Json {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return convert({
    ...schema,
    properties: { ...properties, metadata: { type: 'object' } },
  });
}

/** OpenAPI's `nullable` and Kubernetes' int-or-string in the words of JSON schema. */
function convert(schema: Json): Json {
  const result: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value)) {
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [
          name,
          isObject(property) ? convert(property) : property,
        ]),
      );
    } else if (
      (key === 'items' || key === 'additionalProperties') &&
      isObject(value)
    ) {
      result[key] = convert(value);
    } else if (
      !key.startsWith('x-kubernetes-') &&
      !['default', 'description', 'format', 'example'].includes(key)
    ) {
      result[key] = value;
    }
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    delete result.anyOf;
    result.type = ['integer', 'string'];
  }
  return result;
}

function toFieldError(
  error: ErrorObject,
  object: Json,
): FieldError | undefined {
  const field = fieldPath(error.instancePath, object);
  const value: unknown = error.data;
  switch (error.keyword) {
    case 'required': {
      const name = String(error.params.missingProperty);
      return required(field ? `${field}.${name}` : name);
    }
    case 'enum':
      return notSupported(
        field,
        value,
        (error.params.allowedValues as unknown[]).map(String),
      );
    case 'type': {
      const wanted = Array.isArray(error.params.type)
        ? error.params.type.join(',')
        : String(error.params.type);
      const shown = goTypeOf(value);
      return {
        reason: 'FieldValueTypeInvalid',
        field,
        message: `Invalid value: "${shown}": ${field} in body must be of type ${wanted}: "${shown}"`,
      };
    }
    case 'pattern':
      return invalidValue(
        field,
        value,
        `${field} in body should match '${error.params.pattern}'`,
      );
    case 'minimum':
    case 'maximum': {
      const relation =
        error.keyword === 'minimum'
          ? 'greater than or equal to'
          : 'less than or equal to';
      return invalidValue(
        field,
        value,
        `${field} in body should be ${relation} ${error.params.limit}`,
      );
    }
    default:
      return invalidValue(field, value, `${field} in body ${error.message}`);
  }
}

/** `/spec/items/0/name` as `spec.items[0].name`; keys of maps in brackets are not told apart. */
function fieldPath(pointer: string, object: Json): string {
  let path = '';
  let current: unknown = object;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (Array.isArray(current)) {
      path += `[${name}]`;
      current = current[Number(name)];
    } else {
      path += path ? `.${name}` : name;
      current = child(current, name);
    }
  }
  return path;
}

function goTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'integer' : 'number';
  }
  return typeof value;
}

function same(a: FieldError, b: FieldError) {
  return a.field === b.field && a.message === b.message;
}
