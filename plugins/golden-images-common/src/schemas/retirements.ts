import { z } from 'zod/v3';
import { VOLUME_STATES } from '../states';
import { bytes, entityRef } from './fields';
import { imageSchema } from './images';

/** Something that copies from an image now; only its kind where the caller may not see it. */
export const runningCopySchema = z.object({
  kind: z.enum(['Volume', 'DataVolume', 'PersistentVolumeClaim', 'Pod']),
  namespace: z.string().optional(),
  name: z.string().optional(),
  /** Part of a sentence: "is being copied from it". */
  why: z.string(),
});

/** What depends on an image: answer of `GET /images/…/dependents`. */
export const imageDependentsSchema = z.object({
  /** Why it cannot be retired now, each a sentence with what to do. Empty: it can. */
  blockers: z.array(z.string()),
  running: z.array(runningCopySchema),
  /** Where copies may be that cannot be seen. Retiring then has to be forced. */
  unseen: z.array(z.string()),
  /** Finished clones: they stay, and are marked "source removed". */
  clones: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      state: z.enum(VOLUME_STATES),
      entityRef: entityRef.optional(),
    }),
  ),
  /** How many more clones there are that the caller may not see. */
  otherClones: z.number().int().nonnegative(),
  /** What is freed in the end, as far as is known. */
  sizeBytes: bytes.optional(),
});

/** Answer of `DELETE /images/…`. */
export const retireResponseSchema = z.object({
  dryRun: z.boolean(),
  image: imageSchema,
  dependents: imageDependentsSchema,
  /** uid of the DataVolume, else of the claim. */
  uid: z.string().optional(),
  /** To wait until it is gone; absent in a dry run. */
  waitHandle: z.string().optional(),
});

/** @public */
export type ImageDependents = z.infer<typeof imageDependentsSchema>;
/** @public */
export type RetireResponse = z.infer<typeof retireResponseSchema>;
