import { z } from 'zod/v3';
import { clusterStatusSchema } from './clusters';

/** Items, and how fresh they are. */
export const list = <T extends z.ZodTypeAny>(item: T) =>
  z.object({ items: z.array(item), clusters: z.array(clusterStatusSchema) });
