import { z } from 'zod/v3';
import { VOLUME_STATES } from '../states';
import {
  dnsLabel,
  dnsSubdomain,
  entityRef,
  objectName,
  quantity,
  stateDetails,
} from './fields';
import { list } from './lists';
import { objectFacts } from './objects';

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
      /** As of the image. */
      contentType: z.enum(['kubevirt', 'archive']).optional(),
    })
    .optional(),
  /** Place in the queue, from 1, while it waits for its turn. */
  queuePosition: z.number().int().positive().optional(),
  /** Names of Pods that use it, from Longhorn's kubernetesStatus. */
  usedBy: z.array(z.string()),
});

export const volumeListSchema = list(volumeSchema);

/** Body of `POST /volumes`. */
export const cloneRequestSchema = z
  .object({
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the cluster; may be left out where only one is configured',
      ),
    image: z
      .object({
        namespace: dnsLabel
          .optional()
          .describe(
            'Namespace of the image; may be left out where the cluster has only one',
          ),
        name: objectName.describe('Name of the golden image'),
        version: dnsLabel
          .optional()
          .describe('Version of the image; its current one where absent'),
      })
      .strict()
      .describe('The image; without a version its current one'),
    namespace: dnsLabel.describe(
      'Namespace in which the volume is made; it must be yours',
    ),
    name: objectName.describe('Name of the claim'),
    entityRef: entityRef
      .optional()
      .describe('The entity whose volume this is; it may be registered later'),
    size: quantity
      .optional()
      .describe(
        'Size of the volume, at least that of the image, which is also the default',
      ),
    storageClass: dnsSubdomain
      .optional()
      .describe('Storage class; that of the image where absent'),
    accessModes: z
      .array(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod']))
      .length(1)
      .optional()
      .describe('One access mode; that of the image where absent'),
    bindImmediately: z
      .boolean()
      .optional()
      .describe(
        'Make the volume now although its storage class waits for the first Pod that uses it',
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
      .describe('How long it may take'),
    onTimeout: z
      .enum(['delete', 'keep'])
      .optional()
      .describe(
        'What happens to a volume that was never ready when the wait fails, times out or is cancelled; "keep" unless said otherwise',
      ),
    taskId: z
      .string()
      .max(200)
      .optional()
      .describe('The task that asks, for its log'),
  })
  .strict();

export const cloneResponseSchema = z.object({
  created: z.boolean(),
  dryRun: z.boolean(),
  volume: volumeSchema,
  waitHandle: z.string().optional(),
  warnings: z.array(z.string()),
});

/** Body of `POST /volumes/:cluster/:namespace/:name/expand`. */
export const expandVolumeRequestSchema = z
  .object({ size: quantity.describe('Larger than it is') })
  .strict();

export const expandVolumeResponseSchema = z.object({
  volume: volumeSchema,
  /** What a person has to do inside. */
  warnings: z.array(z.string()),
});

/** Answer of `DELETE /volumes/:cluster/:namespace/:name`. */
export const deleteVolumeResponseSchema = z.object({
  dryRun: z.boolean(),
  /** `cancelled`: it was waiting for its turn, and nothing had been made. */
  outcome: z.enum(['deleted', 'cancelled']),
  sentence: z.string(),
  /** uid of the DataVolume, else of the claim; absent where nothing had been made. */
  uid: z.string().optional(),
  /** To wait until it is gone; absent in a dry run, and where nothing had been made. */
  waitHandle: z.string().optional(),
});

/** @public */
export type ExpandVolumeRequest = z.infer<typeof expandVolumeRequestSchema>;
/** @public */
export type ExpandVolumeResponse = z.infer<typeof expandVolumeResponseSchema>;
/** @public */
export type DeleteVolumeResponse = z.infer<typeof deleteVolumeResponseSchema>;
/** @public */
export type Volume = z.infer<typeof volumeSchema>;
/** @public */
export type VolumeList = z.infer<typeof volumeListSchema>;
/** @public */
export type CloneRequest = z.infer<typeof cloneRequestSchema>;
/** @public */
export type CloneResponse = z.infer<typeof cloneResponseSchema>;
