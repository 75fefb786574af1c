import { z } from 'zod/v3';
import { entityRef, isoTime } from './fields';

/** One line of the history of an object: who asked for what, and what became of it. */
export const activitySchema = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  kind: z.enum(['image', 'volume']),
  /** uid of the DataVolume, else of the claim. */
  uid: z.string().optional(),
  /** `import-requested`, `clone-requested`, `became-ready`, `failing`, `released`, `deleted`, … */
  action: z.string(),
  /** Who did it; absent where the backend itself acted, or the cluster. */
  actor: entityRef.optional(),
  /** Of a volume: the entity that it was attached to. */
  entityRef: entityRef.optional(),
  /** For people. May quote the cluster: untrusted text, at most 1,024 characters. */
  message: z.string(),
  at: isoTime,
});

/** Newest first. */
export const activityListSchema = z.object({
  items: z.array(activitySchema),
  /** `before` of the request for what is older; absent at the end. */
  next: z.string().optional(),
});

export type Activity = z.infer<typeof activitySchema>;
export type ActivityList = z.infer<typeof activityListSchema>;
