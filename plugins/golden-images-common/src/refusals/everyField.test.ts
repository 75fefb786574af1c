import { z } from 'zod/v3';
import {
  checkRequest,
  cloneBatchRequestSchema,
  cloneRequestSchema,
  expandVolumeRequestSchema,
  holdRequestSchema,
  importRequestSchema,
  preflightRequestSchema,
  setCurrentRequestSchema,
  updateImageRequestSchema,
  waitHandleRequestSchema,
  waitRequestSchema,
} from '..';
import { keysAt, schemaAt } from './schemaAt';

const SCHEMAS = {
  import: importRequestSchema,
  clone: cloneRequestSchema,
  'many clones': cloneBatchRequestSchema,
  preflight: preflightRequestSchema,
  expand: expandVolumeRequestSchema,
  wait: waitRequestSchema,
  'wait handle': waitHandleRequestSchema,
  'set current': setCurrentRequestSchema,
  hold: holdRequestSchema,
  update: updateImageRequestSchema,
};
/** The words of zod itself, which name neither what is meant nor what to do. */
const RAW =
  /^(Required|Expected|Invalid|Unrecognized|String|Array|Number|Input)\b/;

type Path = string[];
interface Field {
  request: string;
  schema: z.ZodTypeAny;
  path: Path;
}

function fieldsOf(schema: z.ZodTypeAny, path: Path = []): Path[] {
  return keysAt(schema, path).flatMap(key => {
    const next = [...path, key];
    return [next, ...fieldsOf(schema, next)];
  });
}

const FIELDS: Field[] = Object.entries(SCHEMAS).flatMap(([request, schema]) =>
  fieldsOf(schema).map(path => ({ request, schema, path })),
);
function table<T extends Field>(fields: T[]): [string, T][] {
  return fields.map(field => [
    `${field.request}: ${field.path.join('.')}`,
    field,
  ]);
}

/** A request that holds only this. */
const holding = (path: Path, value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

const problemOf = ({ schema, path }: Field, value: unknown) => {
  const { problems = [] } = checkRequest(schema, value, 'body');
  return problems.find(({ field }) => field === path.join('.'));
};

const isText = ({ schema, path }: Field) =>
  schemaAt(schema, path) instanceof z.ZodString;
const isRequired = ({ schema, path }: Field) => {
  const owner = schemaAt(schema, path.slice(0, -1)) as z.AnyZodObject;
  return !owner.shape[path[path.length - 1]].isOptional();
};
const TYPOS = FIELDS.flatMap(field => {
  const key = field.path[field.path.length - 1];
  const parent = field.path.slice(0, -1);
  const known = keysAt(field.schema, parent);
  return [key.toUpperCase(), `${key}s`, swapped(key)]
    .filter(typo => !known.includes(typo))
    .map(typo => ({ ...field, path: [...parent, typo], meant: key }));
});

describe('every field of every request', () => {
  it('is there', () => {
    expect(FIELDS.length).toBeGreaterThan(90);
  });

  it.each(table(FIELDS))('%s says which type it has', (_name, field) => {
    const wrong = isText(field) ? 5 : 'x'.repeat(200);
    const problem = problemOf(field, holding(field.path, wrong));
    expect(problem?.message).toMatch(/^must /);
    expect(problem?.message).not.toMatch(RAW);
    expect(problem?.message).not.toContain('x'.repeat(61));
  });

  it.each(table(FIELDS.filter(isText)))(
    '%s says that a number is no text',
    (_name, field) => {
      expect(problemOf(field, holding(field.path, 20261101))).toMatchObject({
        message: expect.stringMatching(/^must be text, not a number/),
        remedy: expect.stringMatching(/^write it in quotes/),
      });
    },
  );

  it.each(table(FIELDS.filter(isRequired)))(
    '%s says what to give where it is missing',
    (_name, field) => {
      const without = holding(field.path.slice(0, -1), {});
      expect(problemOf(field, without)).toMatchObject({
        message: 'is missing',
        remedy: expect.stringMatching(/^give it: .{5,}/),
      });
    },
  );

  it.each(table(TYPOS))('%s is understood', (_name, typo) => {
    expect(problemOf(typo, holding(typo.path, 'x'))).toMatchObject({
      message: 'is not a field of this request',
      remedy: `did you mean "${typo.meant}"?`,
    });
  });
});

/** With its second and third letter changed over. */
function swapped(word: string): string {
  const [a, b = '', c = ''] = word;
  return `${a}${c}${b}${word.slice(3)}`;
}
