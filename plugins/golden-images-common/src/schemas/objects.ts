import { z } from 'zod/v3';
import { bytes, entityRef, isoTime } from './fields';

/** Sizes in bytes; volume and disk inside are different things. */
export const sizesSchema = z.object({
  requestedBytes: bytes.optional(),
  /** PV `spec.capacity.storage`: what a clone in the same namespace must ask for. */
  capacityBytes: bytes.optional(),
  /**
   * Virtual size of the disk of the image, where known. CDI makes `disk.img`
   * longer where the image's volume has room (1.66).
   */
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

export const objectFacts = {
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
