import { z } from 'zod/v3';
import { imageSchema } from './images';
import { preflightRequestSchema } from './preflight';
import { volumeSchema } from './volumes';

/** Body of `POST /manifests`: as that of `POST /preflight`. */
export const manifestsRequestSchema = preflightRequestSchema;

/** Answer of `POST /manifests`: what a person would keep in Git. */
export const manifestsResponseSchema = z.object({
  /** Objects of the Kubernetes API, in the order in which they are to be made. */
  manifests: z.array(
    z
      .object({
        apiVersion: z.string(),
        kind: z.string(),
        metadata: z
          .object({ name: z.string(), namespace: z.string() })
          .passthrough(),
      })
      .passthrough(),
  ),
  /** What they make, as far as it is known before it exists. */
  object: z.union([imageSchema, volumeSchema]),
  warnings: z.array(z.string()),
});

/** @public */
export type ManifestsRequest = z.infer<typeof manifestsRequestSchema>;
/** @public */
export type ManifestsResponse = z.infer<typeof manifestsResponseSchema>;
