import { z } from 'zod/v3';
import { dnsLabel, entityRef, isoTime } from './fields';

/** Body of `POST /images/:cluster/:namespace/:image/current`. */
export const setCurrentRequestSchema = z
  .object({
    version: dnsLabel
      .max(22)
      .optional()
      .describe('Version of the image; absent for the one without a version'),
    pin: z
      .boolean()
      .optional()
      .describe(
        'Keep it current whatever becomes ready later; true unless said otherwise',
      ),
  })
  .strict();

/** The alias of an image, after a change by hand. */
export const currentVersionSchema = z.object({
  cluster: z.string(),
  namespace: z.string(),
  image: z.string(),
  /** Name of the DataVolume and claim that the alias points at; absent when at none. */
  name: z.string().optional(),
  /** It moves only by hand. */
  pinned: z.boolean(),
  /** `false` when it was so already. */
  changed: z.boolean(),
});

/** Body of `POST /images/:cluster/:namespace/:name/hold`. */
export const holdRequestSchema = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('Why this version must not be retired'),
  })
  .strict();

/** What is kept in the annotation `retiring` of an image. */
export const retirementSchema = z.object({
  /** Entity ref; absent where the backend keeps only the newest versions. */
  by: entityRef.optional(),
  at: isoTime.optional(),
  /** Goes on although running copies cannot be seen. */
  force: z.boolean().optional(),
  /** What it waits for: "Waiting for: …". */
  waitingFor: z.string().optional(),
});

/** @public */
export type SetCurrentRequest = z.infer<typeof setCurrentRequestSchema>;
/** @public */
export type CurrentVersion = z.infer<typeof currentVersionSchema>;
/** @public */
export type HoldRequest = z.infer<typeof holdRequestSchema>;
/** @public */
export type Retirement = z.infer<typeof retirementSchema>;
