import { z } from 'zod/v3';
import { problemSchema } from './problems';
import { cloneRequestSchema, cloneResponseSchema } from './volumes';

/** Items of one request. */
export const MOST_CLONES_AT_ONCE = 500;

/** Body of `POST /volumes/batch`. */
export const cloneBatchRequestSchema = z
  .object({
    items: z
      .array(cloneRequestSchema)
      .min(1)
      .max(MOST_CLONES_AT_ONCE)
      .describe('The clones, each for a name of its own'),
  })
  .strict();

/** Why one item was refused, as it would be alone. */
export const cloneRefusalSchema = z.object({
  /** Of Backstage's errors: `InputError`, `NotAllowedError`, `ConflictError`, … */
  name: z.string(),
  message: z.string(),
  /** Fields are those of the item. */
  problems: z.array(problemSchema).optional(),
});

/** What became of one item. */
export const cloneBatchItemSchema = z.union([
  cloneResponseSchema.omit({ dryRun: true }),
  z.object({ error: cloneRefusalSchema }),
]);

/** Answer of `POST /volumes/batch`: results in the order of the request's items. */
export const cloneBatchResponseSchema = z.object({
  dryRun: z.boolean(),
  items: z.array(cloneBatchItemSchema),
});

/** @public */
export type CloneBatchRequest = z.infer<typeof cloneBatchRequestSchema>;
/** @public */
export type CloneRefusal = z.infer<typeof cloneRefusalSchema>;
/** @public */
export type CloneBatchItem = z.infer<typeof cloneBatchItemSchema>;
/** @public */
export type CloneBatchResponse = z.infer<typeof cloneBatchResponseSchema>;
