import { z } from 'zod/v3';
import { DRIFTS, type DriftKind } from '../drift';
import { isoTime } from './fields';

/** Something that became of an image after it was published. */
export const driftSchema = z.object({
  kind: z.enum(Object.keys(DRIFTS) as [DriftKind, ...DriftKind[]]),
  /** When it was first seen. */
  since: isoTime.optional(),
  /** More about it, such as which Pod. */
  detail: z.string().max(300).optional(),
  /** What a person can do about it. */
  remedy: z.string().optional(),
});

/** @public */
export type Drift = z.infer<typeof driftSchema>;
