import type { z } from 'zod/v3';
import type { Problem } from '../schemas/problems';
import { explainIssue } from './explainIssue';
import { pathInWords } from './shownValue';

/** More of them help nobody. */
const MOST_PROBLEMS = 20;

/**
 * What a request holds, or everything that is wrong with it.
 *
 * @public
 */
export type CheckedRequest<T> =
  | { data: T; problems?: undefined }
  | { data?: undefined; problems: Problem[] };

/**
 * Holds a request against its schema. Every problem names its field, what is
 * wrong and what to do; a value is repeated only where it can be no credential,
 * and at most 60 characters of it.
 *
 * @param whole - what problems are said of that concern no field, such as `body`
 * @public
 */
export function checkRequest<T extends z.ZodTypeAny>(
  schema: T,
  value: unknown,
  whole: string,
): CheckedRequest<z.output<T>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  const explained = parsed.error.issues
    .filter(isTightest)
    .slice(0, MOST_PROBLEMS)
    .flatMap(issue => explainIssue(issue, schema, value))
    .slice(0, MOST_PROBLEMS);
  return {
    problems: explained.map(({ path, message, remedy }) => ({
      field: pathInWords(path) || whole,
      code: 'invalid',
      message,
      ...(remedy !== undefined && { remedy }),
    })),
  };
}

/** Of two limits of a length that are both exceeded, the narrower is enough. */
function isTightest(
  issue: z.ZodIssue,
  _index: number,
  issues: z.ZodIssue[],
): boolean {
  if (issue.code !== 'too_big') return true;
  return !issues.some(
    other =>
      other.code === 'too_big' &&
      other.maximum < issue.maximum &&
      other.path.join('.') === issue.path.join('.'),
  );
}
