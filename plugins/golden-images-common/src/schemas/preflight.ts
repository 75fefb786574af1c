import { z } from 'zod/v3';
import { bytes } from './fields';
import { importRequestSchema } from './images';
import { imageProbeSchema } from './probe';
import { problemSchema } from './problems';
import { namespaceQuotaSchema } from './quotas';
import { cloneRequestSchema } from './volumes';

/** Body of `POST /preflight`: what would be asked of `POST /images` or `POST /volumes`. */
export const preflightRequestSchema = z
  .object({
    import: importRequestSchema.optional(),
    clone: cloneRequestSchema.optional(),
  })
  .strict()
  .refine(
    body => (body.import === undefined) !== (body.clone === undefined),
    'give either import or clone',
  );

/** What a write takes of one namespace while it runs, by the table of needs. */
export const namespaceUseSchema = z.object({
  namespace: z.string(),
  /** `target`: where the object is made; `source`: where CDI works meanwhile. */
  role: z.enum(['target', 'source']),
  /** Claims that are there at once. */
  peakClaims: z.number().int(),
  /** Storage that is requested at once. */
  peakBytes: bytes,
  quota: namespaceQuotaSchema,
});

/** How many more clones the snapshots of the source volume allow. */
export const clonesLeftSchema = z.object({
  /** Snapshots on the source volume now. */
  snapshots: z.number().int(),
  /** Where Longhorn stops: 250, or less where it was set so. */
  limit: z.number().int(),
  left: z.number().int(),
});

export const preflightFactsSchema = z.object({
  uses: z.array(namespaceUseSchema),
  clonesLeft: clonesLeftSchema.optional(),
  /** Of an import: what a look at the image has shown. */
  image: imageProbeSchema.optional(),
  /** How a clone is made: by Longhorn from a claim, or as CDI does it for this class. */
  strategy: z.enum(['plain', 'csi-clone', 'snapshot', 'copy']).optional(),
  /** Whether a virtual machine on this clone could live-migrate, and why. */
  liveMigration: z
    .object({ possible: z.boolean(), sentence: z.string() })
    .optional(),
});

/** Answer of `POST /preflight`. */
export const preflightResponseSchema = z.object({
  ok: z.boolean(),
  problems: z.array(problemSchema),
  warnings: z.array(z.string()),
  /** What could not be looked at: neither good nor bad, with the right that is missing. */
  unknown: z.array(z.string()),
  facts: preflightFactsSchema,
});

/** @public */
export type PreflightRequest = z.infer<typeof preflightRequestSchema>;
/** @public */
export type PreflightResponse = z.infer<typeof preflightResponseSchema>;
/** @public */
export type PreflightFacts = z.infer<typeof preflightFactsSchema>;
/** @public */
export type NamespaceUse = z.infer<typeof namespaceUseSchema>;
/** @public */
export type ClonesLeft = z.infer<typeof clonesLeftSchema>;
