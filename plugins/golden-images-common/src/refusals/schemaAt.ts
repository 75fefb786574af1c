import { z } from 'zod/v3';

/** The schema of what stands at a path, without what wraps it; `undefined` where there is none. */
export function schemaAt(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): z.ZodTypeAny | undefined {
  const [part, ...rest] = path;
  const bare = withoutWrapper(schema);
  if (part === undefined) return bare;
  let next: z.ZodTypeAny | undefined;
  if (bare instanceof z.ZodObject) next = bare.shape[part];
  else if (bare instanceof z.ZodArray) next = bare.element;
  else if (bare instanceof z.ZodRecord) next = bare.valueSchema;
  return next && schemaAt(next, rest);
}

/** What `describe` said about what stands at a path, on whichever wrapper it did. */
export function descriptionAt(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): string | undefined {
  let found = fieldAt(schema, path);
  while (found) {
    if (found.description !== undefined) return found.description;
    found = inner(found);
  }
  return undefined;
}

/** The keys that an object may have there; empty where none is expected. */
export function keysAt(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): string[] {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

export function isOptionalAt(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): boolean {
  return fieldAt(schema, path)?.isOptional() ?? false;
}

/** With what wraps it. */
function fieldAt(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): z.ZodTypeAny | undefined {
  const parent = schemaAt(schema, path.slice(0, -1));
  const key = path[path.length - 1];
  return parent instanceof z.ZodObject && key !== undefined
    ? parent.shape[key]
    : undefined;
}

function withoutWrapper(schema: z.ZodTypeAny): z.ZodTypeAny {
  const wrapped = inner(schema);
  return wrapped ? withoutWrapper(wrapped) : schema;
}

function inner(schema: z.ZodTypeAny): z.ZodTypeAny | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return schema.unwrap();
  }
  return schema instanceof z.ZodEffects ? schema.innerType() : undefined;
}
