import { z } from 'zod/v3';
import { entityRef } from './fields';
import { list } from './lists';
import { namespaceQuotaSchema } from './quotas';

export const namespaceSchema = z.object({
  cluster: z.string(),
  name: z.string(),
  owner: entityRef.optional(),
  imageNamespace: z.boolean(),
  quota: namespaceQuotaSchema.optional(),
});

export const namespaceListSchema = list(namespaceSchema);

/** @public */
export type NamespaceInfo = z.infer<typeof namespaceSchema>;
/** @public */
export type NamespaceList = z.infer<typeof namespaceListSchema>;
