import { z } from 'zod/v3';
import { cloneBatchRequestSchema } from './cloneBatches';
import { cloneRequestSchema } from './volumes';
import { importRequestSchema } from './images';

/** Every field of a schema by its path, also within effects and lists. */
function fieldsOf(schema: z.ZodTypeAny, path = ''): [string, z.ZodTypeAny][] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as z.ZodRawShape).flatMap(
      ([name, field]): [string, z.ZodTypeAny][] => [
        [`${path}${name}`, field],
        ...fieldsOf(field, `${path}${name}.`),
      ],
    );
  }
  if (schema instanceof z.ZodOptional) return fieldsOf(schema.unwrap(), path);
  if (schema instanceof z.ZodEffects) {
    return fieldsOf(schema.innerType(), path);
  }
  return schema instanceof z.ZodArray ? fieldsOf(schema.element, path) : [];
}

function patternsOf(schema: z.ZodTypeAny): RegExp[] {
  if (schema instanceof z.ZodOptional) return patternsOf(schema.unwrap());
  if (schema instanceof z.ZodEffects) return patternsOf(schema.innerType());
  if (schema instanceof z.ZodArray) return patternsOf(schema.element);
  if (schema instanceof z.ZodUnion) {
    return (schema.options as z.ZodTypeAny[]).flatMap(patternsOf);
  }
  return schema instanceof z.ZodString
    ? schema._def.checks.flatMap(check =>
        check.kind === 'regex' ? [check.regex] : [],
      )
    : [];
}

// Template actions show and check requests by the JSON schema of these.
describe.each([
  ['import', importRequestSchema],
  ['clone', cloneRequestSchema],
  ['many clones', cloneBatchRequestSchema],
] as [string, z.ZodTypeAny][])('the request of %s', (_, schema) => {
  const fields = fieldsOf(schema);

  it('describes every field', () => {
    expect(fields.length).toBeGreaterThan(10);
    const silent = fields.filter(([, field]) => !field.description);
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('has patterns that JSON schema can express: without flags, with "u"', () => {
    const patterns = fields.flatMap(([, field]) => patternsOf(field));
    expect(patterns.length).toBeGreaterThan(3);
    expect(patterns.filter(({ flags }) => flags !== '')).toEqual([]);
    for (const { source } of patterns) {
      expect(() => new RegExp(source, 'u')).not.toThrow();
    }
  });
});
