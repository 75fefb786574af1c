import { z } from 'zod/v3';

/** Machine codes of what a pre-flight finds. */
export const PROBLEM_CODES = [
  'cdi-missing',
  'cluster-refuses',
  'data-engine-differs',
  'driver-differs',
  'encryption-differs',
  'image-damaged',
  'image-not-ready',
  'image-not-found',
  'image-re-imported',
  'image-resizing',
  'image-retiring',
  'image-size-unknown',
  'image-truncated',
  'image-unsupported',
  'invalid',
  'limit-range',
  'linked-clone',
  'mode-differs',
  'name-taken',
  'namespace-missing',
  'namespace-not-yours',
  'namespace-terminating',
  'not-an-image',
  'not-verified',
  'object-count',
  'quota',
  'right-missing',
  'scratch-class',
  'size-unknown',
  'snapshots-exhausted',
  'snapshots-not-served',
  'source-missing',
  'source-not-allowed',
  'source-not-ready',
  'storage-class-missing',
  'too-small',
  'version-used',
  'webhook-missing',
] as const;

/** What stands in the way of a write, and what to do about it. */
export const problemSchema = z.object({
  /** Path of the field of the request that it concerns: `size`, `image`, … */
  field: z.string(),
  code: z.enum(PROBLEM_CODES),
  /** What is wrong, one sentence. */
  message: z.string(),
  /** What a person can do about it. */
  remedy: z.string().optional(),
});

/** @public */
export type ProblemCode = (typeof PROBLEM_CODES)[number];
/** @public */
export type Problem = z.infer<typeof problemSchema>;
