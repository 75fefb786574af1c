import type { KubernetesObject } from '../../kubernetes/ClusterClient';
import type { ImageOrigin } from '../../manifests';
import type { SourceClaimInfo } from '../../tracking';

/** Which claim or snapshot is meant, its namespace filled in. */
export interface OriginRef {
  kind: ImageOrigin['kind'];
  namespace: string;
  name: string;
  /** Path of the request's field: `source.pvc`. */
  field: string;
}

/** What was found, with what a pre-flight of the copy needs to know. */
export interface FoundOrigin {
  origin: ImageOrigin;
  /** The volume that is read: of the claim, or of the claim that the snapshot was taken of. */
  volume: Pick<SourceClaimInfo, 'driver' | 'storageClass' | 'volumeHandle'>;
}

export interface PersistentVolumeObject extends KubernetesObject {
  spec: {
    capacity?: { storage?: string };
    csi?: { driver?: string; volumeHandle?: string };
  };
}

export interface VolumeSnapshotObject extends KubernetesObject {
  spec: {
    volumeSnapshotClassName?: string;
    source?: { persistentVolumeClaimName?: string };
  };
  status?: {
    boundVolumeSnapshotContentName?: string;
    readyToUse?: boolean;
    restoreSize?: string;
    error?: { message?: string };
  };
}

export interface SnapshotContentObject extends KubernetesObject {
  spec: {
    driver?: string;
    sourceVolumeMode?: string;
    volumeSnapshotClassName?: string;
    volumeSnapshotRef?: { uid?: string };
  };
  status?: { snapshotHandle?: string };
}
