import type { z } from 'zod/v3';
import { closestWord } from './closestWord';
import { descriptionAt, isOptionalAt, keysAt, schemaAt } from './schemaAt';
import { shownValue } from './shownValue';
import { insteadOf } from './insteadOf';

/** What is wrong with one field, and what to do about it. */
export interface Explanation {
  path: readonly (string | number)[];
  message: string;
  remedy?: string;
}

/**
 * One problem of a schema in words. Messages that a schema gives itself stay as
 * they are; they say what the value must be.
 *
 * @param value - what was checked
 */
export function explainIssue(
  issue: z.ZodIssue,
  schema: z.ZodTypeAny,
  value: unknown,
): Explanation[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path);
      return issue.keys.map(key => ({
        path: [...path, key],
        ...unknownKey(key, path, known),
      }));
    }
    case 'invalid_type':
      return [{ path, ...wrongType(issue, schema, valueAt(value, path)) }];
    case 'invalid_enum_value':
      return [{ path, ...notOneOf(issue.options, path, valueAt(value, path)) }];
    case 'invalid_literal':
      return [
        { path, ...notOneOf([issue.expected], path, valueAt(value, path)) },
      ];
    case 'invalid_union':
      return explainUnion(issue, schema, value);
    default:
      return [{ path, ...notAsWanted(issue, schema, valueAt(value, path)) }];
  }
}

function unknownKey(
  key: string,
  path: readonly (string | number)[],
  known: string[],
): Omit<Explanation, 'path'> {
  const instead = insteadOf(key, path);
  if (instead) return instead;
  const message = 'is not a field of this request';
  const meant = closestWord(key, known);
  if (meant) return { message, remedy: `did you mean "${meant}"?` };
  return {
    message,
    remedy: known.length
      ? `leave it out, or use one of: ${known.join(', ')}`
      : 'leave it out',
  };
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  float: 'a number with a fraction',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with fields',
  null: 'null',
};

function wrongType(
  issue: z.ZodInvalidTypeIssue,
  schema: z.ZodTypeAny,
  value: unknown,
): Omit<Explanation, 'path'> {
  const { path, expected, received } = issue;
  if (received === 'undefined') {
    return { message: 'is missing', remedy: giving(schema, path) };
  }
  const wanted = TYPES[expected] ?? expected;
  if (received === 'null') {
    return {
      message: `must be ${wanted}, not null`,
      remedy: 'leave it out, or give it a value',
    };
  }
  const shown = shownValue(path, value);
  const given = TYPES[received];
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  return {
    message: `must be ${wanted}${given ? `, not ${given}` : ''}${
      shown ? ` (given: ${shown})` : ''
    }`,
    ...(expected === 'string' && scalar
      ? { remedy: `write it in quotes${shown ? `: "${shown}"` : ''}` }
      : {}),
    ...(expected === 'array'
      ? { remedy: 'write it as a list, also where it has one entry' }
      : {}),
    ...(expected === 'object' && keysAt(schema, path).length > 0
      ? { remedy: `give its fields: ${keysAt(schema, path).join(', ')}` }
      : {}),
  };
}

/** What to give where nothing is. */
function giving(
  schema: z.ZodTypeAny,
  path: readonly (string | number)[],
): string {
  const keys = keysAt(schema, path);
  const what = descriptionAt(schema, path) ?? keys.join(', ');
  return what ? `give it: ${what}` : 'give it';
}

function notOneOf(
  options: readonly unknown[],
  path: readonly (string | number)[],
  value: unknown,
): Omit<Explanation, 'path'> {
  const shown = shownValue(path, value);
  const texts = options.map(String);
  const meant =
    typeof value === 'string'
      ? longForm(value, texts) ?? closestWord(value, texts)
      : undefined;
  const choice = texts.map(text => `"${text}"`).join(', ');
  const given = shown ? ` (given: ${shown})` : '';
  return {
    message: `must be ${texts.length > 1 ? 'one of ' : ''}${choice}${given}`,
    ...(meant !== undefined && { remedy: `did you mean "${meant}"?` }),
  };
}

const SHORT_FORMS: Record<string, string> = {
  RWO: 'ReadWriteOnce',
  RWX: 'ReadWriteMany',
  RWOP: 'ReadWriteOncePod',
};

/** As `kubectl` prints access modes. */
function longForm(value: string, options: string[]): string | undefined {
  const meant = Object.hasOwn(SHORT_FORMS, value) ? SHORT_FORMS[value] : '';
  return options.includes(meant) ? meant : undefined;
}

/** Of several forms that a field may have, the one that was most likely meant. */
function explainUnion(
  issue: z.ZodInvalidUnionIssue,
  schema: z.ZodTypeAny,
  value: unknown,
): Explanation[] {
  const forms = issue.unionErrors.map(error => error.issues);
  const fits = ({ code }: z.ZodIssue) =>
    code !== 'invalid_type' && code !== 'invalid_literal';
  const meant = forms.find(issues => issues.every(fits)) ?? forms[0] ?? [];
  return meant.flatMap(one => explainIssue(one, schema, value));
}

function notAsWanted(
  issue: z.ZodIssue,
  schema: z.ZodTypeAny,
  value: unknown,
): Omit<Explanation, 'path'> {
  const { path } = issue;
  if (value === '') {
    const optional = isOptionalAt(schema, path);
    const remedy = giving(schema, path);
    return {
      message: 'must not be empty',
      remedy: optional ? `leave it out, or ${remedy}` : remedy,
    };
  }
  const wanted = sizeInWords(issue, value) ?? issue.message;
  const shown = shownValue(path, value);
  const meant = shown && meantName(issue, schema, value);
  return {
    message: shown ? `${wanted} (given: ${shown})` : wanted,
    ...(meant && { remedy: `for example "${meant}"` }),
  };
}

/** Text as a name, where the schema would take that. */
function meantName(
  issue: z.ZodIssue,
  schema: z.ZodTypeAny,
  value: unknown,
): string | undefined {
  if (issue.code !== 'invalid_string' || typeof value !== 'string') {
    return undefined;
  }
  const name = value
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const fits = schemaAt(schema, issue.path)?.safeParse(name).success;
  return fits ? name : undefined;
}

function sizeInWords(issue: z.ZodIssue, value: unknown): string | undefined {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined;
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  let bound = small ? 'at least' : 'at most';
  if (issue.exact) bound = 'exactly';
  else if (!issue.inclusive) bound = small ? 'more than' : 'less than';
  if (issue.type === 'string') {
    const length = typeof value === 'string' ? value.length : 0;
    return `must have ${bound} ${limit} character${
      limit === 1 ? '' : 's'
    }, not ${length}`;
  }
  if (issue.type === 'array') {
    const length = Array.isArray(value) ? value.length : 0;
    return `must have ${bound} ${limit} ${
      limit === 1 ? 'entry' : 'entries'
    }, not ${length}`;
  }
  return `must be ${bound} ${limit}`;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}
