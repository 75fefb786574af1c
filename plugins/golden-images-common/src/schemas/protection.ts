import { z } from 'zod/v3';
import { bytes, isoTime } from './fields';

/**
 * How far something holds. `proved`: the cluster was asked to do it without
 * effect, and refused. `configured`: the policy is there as it is shipped.
 * `advisory`: nothing is known to hold.
 */
export const protectionLevel = z.enum(['proved', 'configured', 'advisory']);

/** What the policies of a cluster hold to, as was last seen. */
export const clusterProtectionSchema = z.object({
  checkedAt: isoTime,
  policies: z.array(
    z.object({
      name: z.string(),
      /** Half a sentence: "golden images are not deleted". */
      protects: z.string(),
      level: protectionLevel,
      /** Why it is not more. */
      reason: z.string().optional(),
    }),
  ),
  /** What stands in the way, each a sentence with what to do. */
  problems: z.array(z.string()),
  /** Volumes of golden images that were kept although their claims are gone. */
  released: z
    .array(
      z.object({
        /** Name of the PersistentVolume. */
        volume: z.string(),
        /** The claim that it had. */
        namespace: z.string().optional(),
        name: z.string().optional(),
        sizeBytes: bytes.optional(),
      }),
    )
    .optional(),
});

/** @public */
export type ProtectionLevel = z.infer<typeof protectionLevel>;
/** @public */
export type ClusterProtection = z.infer<typeof clusterProtectionSchema>;
