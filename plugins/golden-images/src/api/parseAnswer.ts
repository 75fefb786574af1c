import {
  clusterStatusSchema,
  imageSchema,
  namespaceSchema,
  preflightResponseSchema,
  PROBLEM_CODES,
  volumeSchema,
  type ImageList,
  type NamespaceList,
  type PreflightResponse,
  type VolumeList,
} from '@golden-images/plugin-golden-images-common';
import type { z } from 'zod/v3';

/**
 * What a value that this version does not know is shown as. A backend that is
 * newer than the page may know more states than it; the page then says that it
 * does not know, and shows the rest.
 */
type Unknowns = Record<string, unknown>;

const STATE_UNKNOWN: Unknowns = { state: 'unknown', reason: 'unknown' };
const CLUSTER_UNKNOWN: Unknowns = { connection: 'connecting' };

/** @throws Error naming the field, when something that cannot be left out is wrong */
export const parseVolumeList = (answer: unknown): VolumeList =>
  parseList(volumeSchema, answer, STATE_UNKNOWN);

/** @throws Error naming the field, when something that cannot be left out is wrong */
export const parseImageList = (answer: unknown): ImageList =>
  parseList(imageSchema, answer, STATE_UNKNOWN);

/** @throws Error naming the field, when something that cannot be left out is wrong */
export const parseNamespaceList = (answer: unknown): NamespaceList =>
  parseList(namespaceSchema, answer, {});

/**
 * A problem of a kind that this version does not know counts as one all the
 * same; facts that it cannot read are left out.
 *
 * @throws Error naming the field, when something that cannot be left out is wrong
 */
export function parsePreflight(answer: unknown): PreflightResponse {
  const { ok, problems, warnings, unknown, facts } = isRecord(answer)
    ? answer
    : {};
  const known: readonly unknown[] = PROBLEM_CODES;
  const parsed = preflightResponseSchema.safeParse({
    ok,
    problems: !Array.isArray(problems)
      ? problems
      : problems.map(problem =>
          isRecord(problem) && !known.includes(problem.code)
            ? { ...problem, code: 'invalid' }
            : problem,
        ),
    warnings,
    unknown,
    facts: preflightResponseSchema.shape.facts.safeParse(facts).success
      ? facts
      : { uses: [] },
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(`${issue.path.join('.')}: ${issue.message}`);
}

function parseList<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  answer: unknown,
  unknowns: Unknowns,
) {
  const { items, clusters } = isRecord(answer) ? answer : {};
  if (!Array.isArray(items) || !Array.isArray(clusters)) {
    throw unreadable('it has no list of items and clusters');
  }
  return {
    items: items.map((item, index) =>
      parseItem(schema, item, unknowns, `items.${index}`),
    ),
    clusters: clusters.map((cluster, index) =>
      parseItem(
        clusterStatusSchema,
        cluster,
        CLUSTER_UNKNOWN,
        `clusters.${index}`,
      ),
    ),
  };
}

/** Leaves out optional fields that cannot be read, rather than the whole answer. */
function parseItem<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  item: unknown,
  unknowns: Unknowns,
  path: string,
): z.infer<z.ZodObject<T>> {
  const first = schema.safeParse(item);
  if (first.success) return first.data;
  if (!isRecord(item)) throw unreadable(`${path} is not an object`);
  const mended = { ...item };
  for (const issue of first.error.issues) {
    const field = String(issue.path[0]);
    if (field === 'state') Object.assign(mended, unknowns);
    else if (field in unknowns) mended[field] = unknowns[field];
    else if (schema.shape[field]?.isOptional()) delete mended[field];
  }
  const second = schema.safeParse(mended);
  if (second.success) return second.data;
  const [issue] = second.error.issues;
  throw unreadable(`${[path, ...issue.path].join('.')}: ${issue.message}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(why: string): Error {
  return new Error(
    `The answer of the golden-images backend cannot be read: ${why}. Its version may be another one than that of this page.`,
  );
}
