import { z } from 'zod/v3';
import { IMAGE_STATES } from '../states';
import { driftSchema } from './drift';
import {
  dnsLabel,
  dnsSubdomain,
  entityRef,
  isoTime,
  objectName,
  sizeOrAuto,
  stateDetails,
} from './fields';
import {
  deprecationSchema,
  imageLinkSchema,
  imageMetadataFields,
  kubevirtDefaultsSchema,
} from './imageMetadata';
import { importSourceSchema } from './importSources';
import { list } from './lists';
import { objectFacts } from './objects';
import { protectionLevel } from './protection';
import { retirementSchema } from './versions';

export const imageSchema = z.object({
  kind: z.literal('image'),
  ...objectFacts,
  state: z.enum(IMAGE_STATES),
  ...stateDetails,
  /** Name of the image, without its version. */
  image: z.string(),
  version: z.string().optional(),
  /** The alias DataSource points at this version. */
  current: z.boolean(),
  title: z.string().optional(),
  description: z.string().optional(),
  os: z.string().optional(),
  architecture: z.string().optional(),
  /** Who answers for it. A claim, not a proof: it grants nothing. */
  owner: entityRef.optional(),
  links: z.array(imageLinkSchema).optional(),
  /** It should not be used any more. It can be cloned all the same. */
  deprecated: deprecationSchema.optional(),
  /** KubeVirt's labels `instancetype.kubevirt.io/default-…`, whoever set them. */
  kubevirt: z
    .object({
      defaultInstancetype: z.string().optional(),
      defaultInstancetypeKind: z.string().optional(),
      defaultPreference: z.string().optional(),
      defaultPreferenceKind: z.string().optional(),
    })
    .optional(),
  /** `archive`: files that were unpacked, and no disk; absent for a disk image. */
  contentType: z.enum(['kubevirt', 'archive']).optional(),
  verified: z.enum(['checksum', 'digest', 'none']),
  /** Whether the cluster refuses that it is deleted. */
  protection: protectionLevel,
  /** Why it is not more. */
  protectionReason: z.string().optional(),
  source: z
    .object({
      type: z.string(),
      url: z.string().optional().describe('without userinfo and query'),
      /** Of the claim or VolumeSnapshot that it is a copy of. */
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  readyAt: isoTime.optional(),
  /** What became of it after it was published; absent when nothing did. */
  drift: z.array(driftSchema).optional(),
  /** It is current, and the alias moves only by hand. */
  pinned: z.boolean().optional(),
  /** Why this version is not to be retired. */
  hold: z.string().optional(),
  /** It is to go as soon as nothing copies from it; nobody can clone it any more. */
  retirement: retirementSchema.optional(),
});

export const imageListSchema = list(imageSchema);

/** Body of `POST /images`. */
export const importRequestSchema = z
  .object({
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the cluster; may be left out where only one is configured',
      ),
    namespace: dnsLabel
      .optional()
      .describe(
        'Image namespace; may be left out where the cluster has only one',
      ),
    name: objectName.max(40).describe('Name of the image'),
    version: dnsLabel
      .max(22)
      .optional()
      .describe('Version of the image, for example a date'),
    source: importSourceSchema.describe(
      'Where the bytes come from: exactly one kind of source',
    ),
    contentType: z
      .enum(['kubevirt', 'archive'])
      .optional()
      .describe(
        'A disk image, unless said otherwise, or a tar archive whose files are unpacked',
      ),
    size: sizeOrAuto.describe(
      'Size of the volume, for example "10Gi"; "auto" looks at the image and takes what its disk needs, or the size of the claim or snapshot',
    ),
    storageClass: dnsSubdomain
      .optional()
      .describe('Storage class; the configured one where absent'),
    volumeMode: z
      .enum(['Filesystem', 'Block'])
      .optional()
      .describe('Filesystem unless said otherwise'),
    ...imageMetadataFields,
    kubevirt: kubevirtDefaultsSchema
      .optional()
      .describe(
        'Labels "instancetype.kubevirt.io/…" of the image and of what is cloned from it',
      ),
    setCurrent: z
      .boolean()
      .optional()
      .describe(
        'Move the alias to this version when it is ready; true unless said otherwise',
      ),
    replaceFailed: z
      .boolean()
      .optional()
      .describe(
        'Replace an object of this name that was never ready and is failing or failed',
      ),
    timeoutSeconds: z
      .number()
      .int()
      .min(10)
      .max(7 * 24 * 3600)
      .optional()
      .describe('How long it may take, 3600 unless said otherwise'),
    onTimeout: z
      .enum(['delete', 'keep'])
      .optional()
      .describe(
        'What happens to an import that was never ready when it fails, times out or is cancelled; "delete" unless said otherwise',
      ),
    taskId: z
      .string()
      .max(200)
      .optional()
      .describe('The task that asks, for its log'),
  })
  .strict();

export const importResponseSchema = z.object({
  created: z
    .boolean()
    .describe('false when the same request had been carried out before'),
  dryRun: z.boolean(),
  image: imageSchema,
  /** Opaque; absent in a dry run. */
  waitHandle: z.string().optional(),
  warnings: z.array(z.string()),
});

/** Answer of `PATCH /images/:cluster/:namespace/:name`. */
export const updateImageResponseSchema = z.object({
  /** `false` when it was so already. */
  changed: z.boolean(),
  image: imageSchema,
  warnings: z.array(z.string()),
});

/** @public */
export type UpdateImageResponse = z.infer<typeof updateImageResponseSchema>;
/** @public */
export type Image = z.infer<typeof imageSchema>;
/** @public */
export type ImageList = z.infer<typeof imageListSchema>;
/** @public */
export type ImportRequest = z.infer<typeof importRequestSchema>;
/** @public */
export type ImportResponse = z.infer<typeof importResponseSchema>;
