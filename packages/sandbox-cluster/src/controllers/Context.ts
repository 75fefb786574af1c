import type { HostTable } from '../bytes';
import type { Disks } from './Disks';
import type { EventRecorder } from './EventRecorder';
import type { Faults } from './Faults';
import type { Cache } from './kube/Cache';
import type { KubeClient } from './kube/KubeClient';
import type {
  Claim,
  ConfigMap,
  DataSource,
  DataVolume,
  Kube,
  LonghornVolume,
  PersistentVolume,
  Pod,
  StorageClass,
} from './kube/types';
import type {
  LonghornSnapshot,
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from './kube/snapshotTypes';
import type { WorkQueue } from './WorkQueue';

export interface Caches {
  claims: Cache<Claim>;
  volumes: Cache<PersistentVolume>;
  pods: Cache<Pod>;
  configMaps: Cache<ConfigMap>;
  storageClasses: Cache<StorageClass>;
  dataVolumes: Cache<DataVolume>;
  dataSources: Cache<DataSource>;
  storageProfiles: Cache<StorageProfile>;
  longhornVolumes: Cache<LonghornVolume>;
  longhornSnapshots: Cache<LonghornSnapshot>;
  volumeSnapshots: Cache<VolumeSnapshot>;
  snapshotContents: Cache<VolumeSnapshotContent>;
  snapshotClasses: Cache<VolumeSnapshotClass>;
}

export interface StorageProfile extends Kube {
  spec?: { cloneStrategy?: string };
  status?: { cloneStrategy?: string };
}

export interface ControllerSettings {
  /** Bytes a second of downloads; unlimited where absent. */
  importBytesPerSecond?: number;
  /** Bytes a second of each copy; unlimited where absent. */
  copyBytesPerSecond?: number;
  /** 1 is the pace of a real cluster; 0.1 is ten times as fast. */
  timeFactor: number;
  hosts: HostTable;
}

/** What every controller works with. */
export interface Context {
  client: KubeClient;
  caches: Caches;
  queues: {
    claims: WorkQueue;
    volumes: WorkQueue;
    dataVolumes: WorkQueue;
    longhornVolumes: WorkQueue;
    dataSources: WorkQueue;
    snapshots: WorkQueue;
  };
  events: EventRecorder;
  disks: Disks;
  faults: Faults;
  settings: ControllerSettings;
  /** Aborts when the controllers stop. */
  signal: AbortSignal;
  now(): Date;
  /** Something unexpected, for whoever runs the sandbox. */
  log(line: string): void;
}

export const LONGHORN_NAMESPACE = 'longhorn-system';
export const LONGHORN_DRIVER = 'driver.longhorn.io';

/** A time of a real cluster in this one, in milliseconds. */
export const scaled = (context: Context, realMs: number) =>
  realMs * context.settings.timeFactor;
