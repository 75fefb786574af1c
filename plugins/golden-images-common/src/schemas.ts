import { z } from 'zod/v3';
import { IMAGE_STATES, VOLUME_STATES, WAIT_STAGES } from './states';
import { REASONS, type ReasonCode } from './reasons';

/**
 * Shapes of the HTTP API under `/api/golden-images`, for both sides.
 * Sizes are bytes, times are ISO 8601 in UTC, percentages are 0 to 100.
 */

const isoTime = z.string().describe('ISO 8601 time in UTC');
const bytes = z.number().int().nonnegative();
const dnsLabel = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'must consist of lower case letters, digits and "-", and start and end with a letter or digit',
  );
/** Name of a DataVolume or claim. CDI derives other names from it, so dots are refused. */
const objectName = dnsLabel;
const quantity = z
  .string()
  .regex(
    /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/,
    'must be a Kubernetes quantity such as "10Gi"',
  );
const entityRef = z
  .string()
  .regex(
    /^[a-z0-9]+:[^/\s:]+\/[^/\s]+$/i,
    'must be a full entity reference such as "component:default/orders"',
  );

const reasonCode = z.enum(
  Object.keys(REASONS) as [ReasonCode, ...ReasonCode[]],
);

/** The state of one object: what it is, since when, why, and what to do. */
const stateDetails = {
  reason: reasonCode.optional(),
  /** Since when state and reason have been as they are. */
  since: isoTime.optional(),
  /** CDI's, Longhorn's or Kubernetes' own words: redacted, at most 1,024 characters. Untrusted text. */
  message: z.string().optional(),
  /** What a person can do about it. */
  remedy: z.string().optional(),
  /** Whether the cluster tries again by itself. */
  retries: z.boolean().optional(),
  /** Failed attempts so far. */
  attempts: z.number().int().nonnegative().optional(),
  /** 0 to 99 while unfinished; absent when nobody knows. */
  progressPercent: z.number().min(0).max(100).optional(),
};

/** Sizes in bytes; volume and disk inside are different things. */
export const sizesSchema = z.object({
  requestedBytes: bytes.optional(),
  /** PV `spec.capacity.storage`: what a clone in the same namespace must ask for. */
  capacityBytes: bytes.optional(),
  /** Virtual size of the disk inside, where known. */
  diskBytes: bytes.optional(),
  /** Longhorn `status.actualSize`. */
  usedBytes: bytes.optional(),
});

export const longhornSchema = z.object({
  volumeName: z.string(),
  robustness: z.string().optional(),
  state: z.string().optional(),
  replicas: z.number().int().optional(),
  cloneState: z.string().optional(),
});

const objectFacts = {
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string().optional().describe('uid of the claim, once there is one'),
  /** Made by this product: our role label and a request hash. */
  ours: z.boolean(),
  createdAt: isoTime.optional(),
  requestedBy: entityRef.optional(),
  sizes: sizesSchema,
  storageClass: z.string().optional(),
  volumeMode: z.enum(['Filesystem', 'Block']).optional(),
  accessModes: z.array(z.string()),
  /** PV `spec.csi.volumeHandle`. */
  volumeHandle: z.string().optional(),
  longhorn: longhornSchema.optional(),
  /** When this object was last seen in the cluster. */
  observedAt: isoTime,
};

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
  verified: z.enum(['checksum', 'digest', 'none']),
  protection: z.enum(['proved', 'configured', 'advisory']),
  source: z
    .object({
      type: z.string(),
      url: z.string().optional().describe('without userinfo and query'),
    })
    .optional(),
  readyAt: isoTime.optional(),
});

export const volumeSchema = z.object({
  kind: z.literal('volume'),
  ...objectFacts,
  state: z.enum(VOLUME_STATES),
  ...stateDetails,
  entityRef: entityRef.optional(),
  /** The owner of the namespace, and so of the volume. */
  owner: entityRef.optional(),
  /** The entity has another owner than the namespace: "attached by <namespace>". */
  attachedBy: z.string().optional(),
  source: z
    .object({
      namespace: z.string().optional(),
      name: z.string(),
      image: z.string().optional(),
      version: z.string().optional(),
      uid: z.string().optional(),
      /** The current version of that image, when it is another one. */
      newerVersion: z.string().optional(),
      /** The source does not exist any more; the volume does not depend on it. */
      removed: z.boolean().optional(),
      verified: z.enum(['checksum', 'digest', 'none']).optional(),
    })
    .optional(),
  /** Names of Pods that use it, from Longhorn's kubernetesStatus. */
  usedBy: z.array(z.string()),
});

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
});

export const namespaceSchema = z.object({
  cluster: z.string(),
  name: z.string(),
  owner: entityRef.optional(),
  imageNamespace: z.boolean(),
});

const list = <T extends z.ZodTypeAny>(item: T) =>
  z.object({ items: z.array(item), clusters: z.array(clusterStatusSchema) });

export const imageListSchema = list(imageSchema);
export const volumeListSchema = list(volumeSchema);
export const namespaceListSchema = list(namespaceSchema);

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
    source: z
      .object({
        http: z
          .object({
            url: z
              .string()
              .url()
              .describe('Where the cluster downloads the raw or qcow2 file'),
            checksum: z
              .string()
              .regex(
                /^(md5:[0-9a-f]{32}|sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/i,
                'must be "algorithm:hex", algorithm one of md5, sha1, sha256, sha512',
              )
              .optional()
              .describe(
                'Expected checksum of the file, for example "sha256:<64 hex digits>"',
              ),
            secretRef: objectName
              .optional()
              .describe(
                'Name of a Secret in the image namespace with basic auth credentials',
              ),
            certConfigMap: objectName
              .optional()
              .describe(
                'Name of a ConfigMap in the image namespace with the CA of the server',
              ),
          })
          .strict(),
      })
      .strict(),
    size: quantity.describe('Size of the volume, for example "10Gi"'),
    storageClass: objectName.optional(),
    volumeMode: z.enum(['Filesystem', 'Block']).optional(),
    title: z.string().max(100).optional(),
    description: z.string().max(1000).optional(),
    os: z.string().max(63).optional(),
    architecture: z.string().max(63).optional(),
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
      .optional(),
    onTimeout: z
      .enum(['delete', 'keep'])
      .optional()
      .describe(
        'What happens to an import that was never ready when it fails or times out; "delete" unless said otherwise',
      ),
    taskId: z.string().max(200).optional(),
  })
  .strict();

/** Body of `POST /volumes`. */
export const cloneRequestSchema = z
  .object({
    cluster: z.string().min(1).optional(),
    image: z
      .object({
        namespace: dnsLabel.optional(),
        name: objectName,
        version: dnsLabel.optional(),
      })
      .strict()
      .describe('The image; without a version its current one'),
    namespace: dnsLabel.describe('Namespace in which the volume is made'),
    name: objectName.describe('Name of the claim'),
    entityRef: entityRef.optional().describe('The entity whose volume this is'),
    size: quantity
      .optional()
      .describe('At least the size of the image, which is also the default'),
    storageClass: objectName.optional(),
    accessModes: z
      .array(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod']))
      .length(1)
      .optional(),
    replaceFailed: z.boolean().optional(),
    timeoutSeconds: z
      .number()
      .int()
      .min(10)
      .max(7 * 24 * 3600)
      .optional(),
    onTimeout: z.enum(['delete', 'keep']).optional(),
    taskId: z.string().max(200).optional(),
  })
  .strict();

/** Body of `POST /waits`: a wait for an object that was made elsewhere. */
export const waitRequestSchema = z
  .object({
    cluster: z.string().min(1).optional(),
    kind: z.enum(['image', 'volume']),
    namespace: dnsLabel,
    name: objectName,
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

export const cloneResponseSchema = z.object({
  created: z.boolean(),
  dryRun: z.boolean(),
  volume: volumeSchema,
  waitHandle: z.string().optional(),
  warnings: z.array(z.string()),
});

export const waitResponseSchema = z.object({ waitHandle: z.string() });

/** Body of `POST /waits/status` and `POST /waits/release`. */
export const waitHandleRequestSchema = z
  .object({
    waitHandle: z.string().max(4096),
    /**
     * Entity ref of the user for whom a service waits, such as the author of a
     * task: a handle that was given to somebody else is refused then.
     */
    onBehalfOf: z.string().max(512).optional(),
  })
  .strict();

/** Answer of `POST /waits/status`. */
export const waitStatusSchema = z.object({
  /** `gone`: the object, or the one that was meant, does not exist any more. */
  outcome: z.enum(['waiting', 'failed', 'gone', 'unknown', 'usable']),
  /** The furthest stage that is reached. */
  stage: z.enum(WAIT_STAGES).optional(),
  /** One sentence for people, as on the card. */
  sentence: z.string(),
  reason: reasonCode.optional(),
  message: z.string().optional(),
  remedy: z.string().optional(),
  progressPercent: z.number().optional(),
  object: z.union([imageSchema, volumeSchema]).optional(),
  cluster: clusterStatusSchema,
});

/** Answer of `POST /waits/release`. */
export const waitReleaseSchema = z.object({
  /** What was done: `deleted` an object that was never ready, or `kept` it. */
  outcome: z.enum(['deleted', 'kept']),
  sentence: z.string(),
});

/** @public */
export type Image = z.infer<typeof imageSchema>;
/** @public */
export type Volume = z.infer<typeof volumeSchema>;
/** @public */
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;
/** @public */
export type NamespaceInfo = z.infer<typeof namespaceSchema>;
/** @public */
export type ImageList = z.infer<typeof imageListSchema>;
/** @public */
export type VolumeList = z.infer<typeof volumeListSchema>;
/** @public */
export type NamespaceList = z.infer<typeof namespaceListSchema>;
/** @public */
export type ImportRequest = z.infer<typeof importRequestSchema>;
/** @public */
export type CloneRequest = z.infer<typeof cloneRequestSchema>;
/** @public */
export type WaitRequest = z.infer<typeof waitRequestSchema>;
/** @public */
export type ImportResponse = z.infer<typeof importResponseSchema>;
/** @public */
export type CloneResponse = z.infer<typeof cloneResponseSchema>;
/** @public */
export type WaitStatus = z.infer<typeof waitStatusSchema>;
/** @public */
export type WaitRelease = z.infer<typeof waitReleaseSchema>;
