import type { Quantity } from '@golden-images/plugin-golden-images-common';

/** The claim or VolumeSnapshot that an image is made of, as it was found. */
export interface ImageOrigin {
  kind: 'pvc' | 'snapshot';
  namespace: string;
  name: string;
  /** uid of the claim or of the VolumeSnapshot. */
  uid: string;
  /** PV `spec.capacity.storage`, or the snapshot's `status.restoreSize`. */
  size: Quantity;
  storageClass?: string;
  /** Absent where a snapshot does not tell. */
  volumeMode?: 'Filesystem' | 'Block';
  contentType?: 'kubevirt' | 'archive';
  /** Set where the bytes are those of an image of ours that were checked. */
  verified?: { by: 'checksum' | 'digest'; digest: string };
}
