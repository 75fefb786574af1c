import { z } from 'zod/v3';

/** One resource of a ResourceQuota; `requests.storage` in bytes, the rest in objects. */
export const quotaLeftSchema = z.object({
  /** Name of the ResourceQuota. */
  quota: z.string(),
  /** As it is named there, such as `requests.storage`. */
  resource: z.string(),
  unit: z.enum(['bytes', 'objects']),
  hard: z.number(),
  used: z.number(),
  left: z.number(),
});

/** What is left of the quotas of a namespace. Without quotas the list is empty. */
export const namespaceQuotaSchema = z.object({
  /** `false`: they may not be read here, so nothing is known of them. */
  known: z.boolean(),
  left: z.array(quotaLeftSchema),
});

/** @public */
export type QuotaLeft = z.infer<typeof quotaLeftSchema>;
/** @public */
export type NamespaceQuota = z.infer<typeof namespaceQuotaSchema>;
