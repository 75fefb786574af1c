import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject, JsonValue } from '@backstage/types';

/**
 * An action whose JSON schemas stand for themselves: a zod schema that is used
 * at several places becomes a `$ref` to the first (zod-to-json-schema 3.25),
 * which the page of installed actions does not follow (Backstage 1.55).
 */
export function inlineReferences<T extends TemplateAction<any, any, 'v2'>>(
  action: T,
): T {
  const { input, output } = action.schema ?? {};
  return {
    ...action,
    schema: {
      input: input && inlined(input as JsonObject),
      output: output && inlined(output as JsonObject),
    },
  };
}

function inlined(schema: JsonObject): JsonObject {
  const resolve = (value: JsonValue | undefined): JsonValue | undefined => {
    if (Array.isArray(value)) return value.map(item => resolve(item) ?? null);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value;
    const entries = Object.entries(rest).map(([key, inner]) => [
      key,
      resolve(inner),
    ]);
    const own: JsonObject = Object.fromEntries(entries);
    return typeof $ref === 'string'
      ? { ...(resolve(at(schema, $ref)) as JsonObject), ...own }
      : own;
  };
  return resolve(schema) as JsonObject;
}

/** @param pointer - `#/properties/name` */
function at(schema: JsonObject, pointer: string): JsonValue | undefined {
  return pointer
    .slice(2)
    .split('/')
    .reduce<JsonValue | undefined>(
      (value, key) => (value as JsonObject | undefined)?.[key],
      schema,
    );
}
