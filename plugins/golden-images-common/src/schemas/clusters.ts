import { z } from 'zod/v3';
import { isoTime } from './fields';
import { clusterProtectionSchema } from './protection';

/** How fresh the answer is, per cluster. */
export const clusterStatusSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  connection: z.enum(['connecting', 'connected', 'unreachable']),
  /** Since when the connection has been like this. */
  since: isoTime.optional(),
  /** The last moment at which the shown state was known to be the cluster's. */
  observedAt: isoTime.optional(),
  message: z.string().optional(),
  /** Features switched off by a missing right or part, each with the reason. */
  missing: z.array(z.object({ feature: z.string(), reason: z.string() })),
  imageNamespaces: z.array(z.string()),
  /** Absent until it was first looked at. */
  protection: clusterProtectionSchema.optional(),
});

/** @public */
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;
