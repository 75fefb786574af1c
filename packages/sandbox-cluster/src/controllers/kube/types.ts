/** Objects as the controllers read and write them; what they do not touch stays as it is. */
export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface Meta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: Owner[];
}

export interface Kube {
  apiVersion?: string;
  kind?: string;
  metadata: Meta;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastHeartbeatTime?: string;
}

export interface ClaimSpec {
  accessModes?: string[];
  resources?: { requests?: { storage?: string | number } };
  storageClassName?: string;
  volumeMode?: 'Filesystem' | 'Block';
  volumeName?: string;
  dataSource?: { apiGroup?: string | null; kind: string; name: string };
  dataSourceRef?: { apiGroup?: string | null; kind: string; name: string };
}

export interface Claim extends Kube {
  spec: ClaimSpec;
  status?: {
    phase?: string;
    capacity?: { storage?: string };
    accessModes?: string[];
    conditions?: Condition[];
  };
}

export interface PersistentVolume extends Kube {
  spec: {
    capacity?: { storage?: string };
    accessModes?: string[];
    claimRef?: {
      namespace?: string;
      name?: string;
      uid?: string;
      kind?: string;
      apiVersion?: string;
    };
    csi?: {
      driver: string;
      volumeHandle: string;
      fsType?: string;
      volumeAttributes?: Record<string, string>;
    };
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
  };
  status?: { phase?: string };
}

export interface StorageClass extends Kube {
  provisioner: string;
  parameters?: Record<string, string>;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowVolumeExpansion?: boolean;
}

export interface DataVolume extends Kube {
  spec: {
    source?: {
      http?: { url: string; checksum?: string };
      blank?: object;
      pvc?: { namespace: string; name: string };
      snapshot?: { namespace: string; name: string };
      [type: string]: unknown;
    };
    sourceRef?: { kind: string; namespace?: string; name: string };
    pvc?: ClaimSpec;
    storage?: ClaimSpec;
  };
  status?: {
    phase?: string;
    progress?: string;
    restartCount?: number;
    claimName?: string;
    conditions?: Condition[];
  };
}

export interface DataSource extends Kube {
  spec: {
    source: {
      pvc?: { namespace?: string; name: string };
      snapshot?: { namespace?: string; name: string };
    };
  };
  status?: { conditions?: Condition[]; source?: unknown };
}

export interface LonghornVolume extends Kube {
  spec: {
    size: string;
    numberOfReplicas?: number;
    dataSource?: string;
    [field: string]: unknown;
  };
  status?: {
    state?: string;
    robustness?: string;
    actualSize?: number;
    conditions?: Condition[];
    cloneStatus?: {
      state: string;
      sourceVolume: string;
      snapshot: string;
      attemptCount: number;
      nextAllowedAttemptAt: string;
    };
    [field: string]: unknown;
  };
}

export interface Pod extends Kube {
  spec: {
    volumes?: {
      persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
    }[];
  };
  status?: { phase?: string };
}

export interface ConfigMap extends Kube {
  data?: Record<string, string>;
}

/** Where a kind is found. */
export interface Resource {
  /** `/api/v1` or `/apis/GROUP/VERSION` */
  base: string;
  plural: string;
  apiVersion: string;
  kind: string;
  /** Status is written through a path of its own. */
  status: boolean;
}

const core = (plural: string, kind: string, status = false): Resource => ({
  base: '/api/v1',
  plural,
  apiVersion: 'v1',
  kind,
  status,
});
const grouped = (
  apiVersion: string,
  plural: string,
  kind: string,
  status = false,
): Resource => ({
  base: `/apis/${apiVersion}`,
  plural,
  apiVersion,
  kind,
  status,
});
const CDI = 'cdi.kubevirt.io/v1beta1';
const SNAPSHOTS = 'snapshot.storage.k8s.io/v1';

export const RESOURCES = {
  claims: core('persistentvolumeclaims', 'PersistentVolumeClaim', true),
  volumes: core('persistentvolumes', 'PersistentVolume', true),
  events: core('events', 'Event'),
  pods: core('pods', 'Pod', true),
  configMaps: core('configmaps', 'ConfigMap'),
  namespaces: core('namespaces', 'Namespace', true),
  storageClasses: grouped(
    'storage.k8s.io/v1',
    'storageclasses',
    'StorageClass',
  ),
  csiDrivers: grouped('storage.k8s.io/v1', 'csidrivers', 'CSIDriver'),
  dataVolumes: grouped(CDI, 'datavolumes', 'DataVolume', true),
  dataSources: grouped(CDI, 'datasources', 'DataSource'),
  storageProfiles: grouped(CDI, 'storageprofiles', 'StorageProfile', true),
  cdiConfigs: grouped(CDI, 'cdiconfigs', 'CDIConfig', true),
  importSources: grouped(CDI, 'volumeimportsources', 'VolumeImportSource'),
  cloneSources: grouped(CDI, 'volumeclonesources', 'VolumeCloneSource'),
  longhornVolumes: grouped('longhorn.io/v1beta2', 'volumes', 'Volume', true),
  longhornSnapshots: grouped(
    'longhorn.io/v1beta2',
    'snapshots',
    'Snapshot',
    true,
  ),
  volumeSnapshots: grouped(
    SNAPSHOTS,
    'volumesnapshots',
    'VolumeSnapshot',
    true,
  ),
  snapshotContents: grouped(
    SNAPSHOTS,
    'volumesnapshotcontents',
    'VolumeSnapshotContent',
    true,
  ),
  snapshotClasses: grouped(
    SNAPSHOTS,
    'volumesnapshotclasses',
    'VolumeSnapshotClass',
  ),
} as const;

export const keyOf = ({ metadata }: Kube) =>
  metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;

export const ownerOf = (resource: Resource, { metadata }: Kube): Owner => ({
  apiVersion: resource.apiVersion,
  kind: resource.kind,
  name: metadata.name,
  uid: metadata.uid!,
  controller: true,
  blockOwnerDeletion: true,
});
