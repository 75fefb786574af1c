import type { KubernetesObject } from '../kubernetes/ClusterClient';

/** The part of a claim's spec that this product writes and reads. */
export interface ClaimSpec {
  accessModes?: string[];
  volumeMode?: string;
  storageClassName?: string;
  volumeName?: string;
  resources?: { requests?: { storage?: string | number } };
  dataSource?: { apiGroup?: string | null; kind: string; name: string };
}

export interface Claim extends KubernetesObject {
  spec: ClaimSpec;
  status?: { phase?: string; capacity?: { storage?: string } };
}

export interface HttpSource {
  url: string;
  checksum?: string;
  secretRef?: string;
  secretExtraHeaders?: string[];
  certConfigMap?: string;
}

/** A source of one address: s3 and gcs. */
export interface ObjectStoreSource {
  url: string;
  secretRef?: string;
  certConfigMap?: string;
}

export interface RegistrySource {
  url?: string;
  imageStream?: string;
  pullMethod?: 'pod' | 'node';
  platform?: { architecture: string };
  secretRef?: string;
  certConfigMap?: string;
}

export interface DataVolumeSource {
  http?: HttpSource;
  s3?: ObjectStoreSource;
  gcs?: ObjectStoreSource;
  registry?: RegistrySource;
  pvc?: { namespace: string; name: string };
  snapshot?: { namespace: string; name: string };
}

export interface DataVolume extends KubernetesObject {
  spec: {
    source?: DataVolumeSource;
    contentType?: 'kubevirt' | 'archive';
    pvc?: ClaimSpec;
  };
  status?: { phase?: string; claimName?: string };
}

export interface DataSource extends KubernetesObject {
  spec: {
    source?: {
      pvc?: { namespace: string; name: string };
      snapshot?: { namespace: string; name: string };
    };
  };
}

/** What identifies a request: see `requestIdentity`. */
export interface RequestIdentity {
  /** sha256 in hex, over the canonical JSON of the fields as they were asked. */
  hash: string;
  /** The hashed fields as canonical JSON, URLs without userinfo and query. */
  request: string;
}

/** What is noted on an object besides the request itself. */
export interface Provenance {
  /** Entity ref of the user. */
  requestedBy: string;
  taskId?: string;
  onTimeout: 'delete' | 'keep';
  /** ISO 8601: when `control/` deletes what was never ready, if that was agreed. */
  deadline?: string;
}
