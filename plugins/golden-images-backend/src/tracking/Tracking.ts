import type {
  Activity,
  ClusterStatus,
} from '@golden-images/plugin-golden-images-common';
import type { ActivityPage } from '../database';
import type { GoldenImagesReader } from '../database/GoldenImagesStore';
import type { CloneQueue } from './CloneQueue';
import type { ClusterClient } from '../kubernetes/ClusterClient';

/** Which DataVolume or claim is meant: both bear the same name. */
export interface ObjectKey {
  cluster: string;
  namespace: string;
  name: string;
}

/** What a clone's pre-checks need to know of a storage class. */
export interface StorageClassInfo {
  name: string;
  /** CSI driver: `driver.longhorn.io`. */
  provisioner: string;
  /** Annotation `storageclass.kubernetes.io/is-default-class`. */
  isDefault: boolean;
  allowVolumeExpansion: boolean;
  bindingMode: 'Immediate' | 'WaitForFirstConsumer';
  parameters: Record<string, string>;
}

/** The claim that a clone is made of, as it was last seen. */
export interface SourceClaimInfo {
  /** uid of the claim. */
  uid: string;
  phase?: string;
  /** PV `spec.capacity.storage`: what a clone in the same namespace must ask for. */
  capacityBytes?: number;
  /** Longhorn `spec.size`, where it may be read. */
  longhornSizeBytes?: number;
  requestedBytes?: number;
  storageClass?: string;
  /** CSI driver of the PV. */
  driver?: string;
  volumeHandle?: string;
  volumeMode?: string;
  accessModes: string[];
}

export interface ReleaseRequest extends ObjectKey {
  kind: 'image' | 'volume';
  /** Must equal the annotation `request-hash`. */
  requestHash: string;
  /** Must equal the annotation `requested-by`. */
  requestedBy: string;
  /** uid of the object that was meant, where the wait knew it. */
  uid?: string;
}

export interface ReleaseResult {
  outcome: 'deleted' | 'kept';
  /** Why it was kept, or what was deleted: one sentence for people. */
  sentence: string;
}

/** A line of the history of an object, which is given its time when it is recorded. */
export type ActivityEntry = Omit<Activity, 'at'>;

/** What this instance has to do with a cluster. */
export interface FollowedCluster {
  cluster: string;
  holdsLease: boolean;
  /** While it holds the lease: ISO 8601, as in the cluster's status. */
  observedAt?: string;
}

/** What the rest of the backend sees of the clusters. */
export interface Tracking {
  /** Rows of all clusters, from the database alone. */
  readonly reader: GoldenImagesReader;
  /** Clones that wait for their turn. */
  readonly queue: CloneQueue;
  /** Of all clusters, or of the one named. Names that are not configured give an empty list. */
  clusterStatus(name?: string): Promise<ClusterStatus[]>;
  /** @throws NotFoundError when no cluster of that name is configured. */
  client(clusterName: string): ClusterClient;
  /** All configured clusters, without asking the database. */
  followed(): FollowedCluster[];
  storageClasses(clusterName: string): Promise<StorageClassInfo[]>;
  sourceClaim(key: ObjectKey): Promise<SourceClaimInfo | undefined>;
  /**
   * Whether there may be a DataVolume or a claim of this name. `false` only while
   * the cluster is followed and its watches have told of none.
   */
  mayExist(key: ObjectKey): Promise<boolean>;
  /**
   * Reads the DataVolume and the claim of this name from the cluster and
   * derives their row at once, so that a read after our own write sees it.
   */
  refresh(key: ObjectKey): Promise<void>;
  /**
   * Deletes an object that was never ready, if its own annotations agreed to
   * that; else it is kept, and the sentence says why.
   */
  release(request: ReleaseRequest): Promise<ReleaseResult>;
  recordActivity(entry: ActivityEntry): Promise<void>;
  /** Of one object, or of a namespace. Newest first. */
  listActivity(
    key: { cluster: string; namespace: string; name?: string },
    page: { limit: number; beforeId?: number },
  ): Promise<ActivityPage>;
  /** Hints that some row or status has changed; without content. Returns how to stop. */
  onChange(listener: () => void): () => void;
  /** Returns at once; clusters connect in the background. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
