import type { Kube } from './types';

/** Objects of snapshot.storage.k8s.io/v1, and Longhorn's own of a snapshot. */
export interface VolumeSnapshot extends Kube {
  spec: {
    source: {
      persistentVolumeClaimName?: string;
      volumeSnapshotContentName?: string;
    };
    volumeSnapshotClassName?: string;
  };
  status?: {
    boundVolumeSnapshotContentName?: string;
    creationTime?: string;
    readyToUse?: boolean;
    /** A quantity. */
    restoreSize?: string;
    error?: { message?: string; time?: string } | null;
  };
}

export interface VolumeSnapshotContent extends Kube {
  spec: {
    deletionPolicy: 'Delete' | 'Retain';
    driver: string;
    source: { volumeHandle?: string; snapshotHandle?: string };
    sourceVolumeMode?: string;
    volumeSnapshotClassName?: string;
    volumeSnapshotRef: { namespace?: string; name?: string; uid?: string };
    [field: string]: unknown;
  };
  status?: {
    snapshotHandle?: string;
    readyToUse?: boolean;
    /** In bytes. */
    restoreSize?: number;
    /** In nanoseconds since 1970. */
    creationTime?: number;
  };
}

export interface VolumeSnapshotClass extends Kube {
  driver: string;
  deletionPolicy: 'Delete' | 'Retain';
  parameters?: Record<string, string>;
}

export interface LonghornSnapshot extends Kube {
  spec: { volume: string; createSnapshot?: boolean };
  status?: {
    readyToUse?: boolean;
    restoreSize?: number;
    size?: number;
    [field: string]: unknown;
  };
}

/** `snap://VOLUME/SNAPSHOT`, as Longhorn's CSI driver names a snapshot and a volume its source. */
export function parseSnapshotHandle(
  handle: string | undefined,
): { volume: string; snapshot: string } | undefined {
  const match = /^snap:\/\/([^/]+)\/(.+)$/.exec(handle ?? '');
  return match ? { volume: match[1], snapshot: match[2] } : undefined;
}
