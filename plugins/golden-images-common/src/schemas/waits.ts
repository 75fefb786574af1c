import { z } from 'zod/v3';
import { WAIT_STAGES } from '../states';
import { clusterStatusSchema } from './clusters';
import { dnsLabel, objectName, reasonCode } from './fields';
import { imageSchema } from './images';
import { volumeSchema } from './volumes';

/** Body of `POST /waits`: a wait for an object that was made elsewhere. */
export const waitRequestSchema = z
  .object({
    cluster: z.string().min(1).optional(),
    kind: z.enum(['image', 'volume']).describe('image or volume'),
    namespace: dnsLabel.describe('Namespace of the object'),
    name: objectName.describe('Name of the object'),
  })
  .strict();

export const waitResponseSchema = z.object({ waitHandle: z.string() });

/** Body of `POST /waits/status` and `POST /waits/release`. */
export const waitHandleRequestSchema = z
  .object({
    waitHandle: z
      .string()
      .max(4096)
      .describe('The wait handle of the answer to an earlier request'),
    /**
     * Entity ref of the user for whom a service waits, such as the author of a
     * task: a handle that was given to somebody else is refused then.
     */
    onBehalfOf: z.string().max(512).optional(),
  })
  .strict();

/** Answer of `POST /waits/status`. */
export const waitStatusSchema = z.object({
  /** `gone`: the object, or the one that was meant, does not exist any more. */
  outcome: z.enum(['waiting', 'failed', 'gone', 'unknown', 'usable']),
  /** The furthest stage that is reached. */
  stage: z.enum(WAIT_STAGES).optional(),
  /** One sentence for people, as on the card. */
  sentence: z.string(),
  reason: reasonCode.optional(),
  message: z.string().optional(),
  remedy: z.string().optional(),
  progressPercent: z.number().optional(),
  object: z.union([imageSchema, volumeSchema]).optional(),
  cluster: clusterStatusSchema,
});

/** Answer of `POST /waits/release`. */
export const waitReleaseSchema = z.object({
  /** What was done: `deleted` an object that was never ready, or `kept` it. */
  outcome: z.enum(['deleted', 'kept']),
  sentence: z.string(),
});

/** @public */
export type WaitRequest = z.infer<typeof waitRequestSchema>;
/** @public */
export type WaitStatus = z.infer<typeof waitStatusSchema>;
/** @public */
export type WaitRelease = z.infer<typeof waitReleaseSchema>;
