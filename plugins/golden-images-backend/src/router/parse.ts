import { checkRequest } from '@golden-images/plugin-golden-images-common';
import { z } from 'zod/v3';
import { ProblemsError } from '../service';

/**
 * @param what - `body` or `query`, for problems that concern no field
 * @throws ProblemsError naming every field that is wrong and what to do
 */
export function parse<T extends z.ZodTypeAny>(
  schema: T,
  value: unknown,
  what: string,
): z.output<T> {
  const { data, problems } = checkRequest(schema, value, what);
  if (problems) throw new ProblemsError(problems, { reads: what !== 'body' });
  return data;
}

const flag = z
  .enum(['true', 'false'])
  .transform(text => text === 'true')
  .optional();

const uid = z.string().min(1).max(63).optional();

export const deleteQuery = z.object({ dryRun: flag, force: flag, uid });

export const dryRunQuery = z.object({ dryRun: flag });

export const retireQuery = z.object({
  dryRun: flag,
  force: flag,
  wait: flag,
  uid,
});

export const imagesQuery = z.object({
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  ready: flag,
});

export const namespacesQuery = z.object({
  cluster: z.string().optional(),
  for: z.enum(['clone', 'import']).optional(),
});

export const volumesQuery = z
  .object({
    entityRef: z.string().min(1).optional(),
    cluster: z.string().min(1).optional(),
    namespace: z.string().min(1).optional(),
    orphaned: z.literal('true').optional(),
  })
  .transform(({ entityRef, cluster, namespace, orphaned }, context) => {
    if (orphaned && !entityRef && !cluster && !namespace) {
      return { of: 'nobody' as const };
    }
    if (entityRef !== undefined && !cluster && !namespace) {
      return { of: 'entity' as const, entityRef };
    }
    if (entityRef === undefined && cluster && namespace) {
      return { of: 'namespace' as const, cluster, namespace };
    }
    context.addIssue({
      code: 'custom',
      message: 'give either entityRef, or cluster and namespace, or orphaned',
    });
    return z.NEVER;
  });

export const activityQuery = z.object({
  cluster: z.string().min(1),
  namespace: z.string().min(1),
  name: z.string().min(1).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .optional()
    .transform((limit = 50) => limit),
  before: z.string().optional(),
});

export const imageParams = z.object({
  cluster: z.string(),
  namespace: z.string(),
  image: z.string(),
});

export const objectParams = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
});
