import { LABELS, ROLE_CLONE } from '@golden-images/plugin-golden-images-common';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterConnection } from './ClusterConnection';
import {
  imageHandle,
  persistentVolume,
  SIZE,
  SIZE_BYTES,
  STORAGE_CLASS,
} from './goldenImages';
import type { SeedObject } from './objects';
import { seed } from './seed';

const LONGHORN = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system';

/** A DataVolume as a watch shows it. */
export interface WatchedDataVolume {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

export const copyHandle = ({ metadata }: WatchedDataVolume) =>
  `pvc-${metadata.uid}`;

export const isClone = ({ metadata }: WatchedDataVolume) =>
  metadata.labels?.[LABELS.role] === ROLE_CLONE;

/**
 * What CDI and Longhorn do about a clone, as far as others see it: the claim,
 * its volume, a snapshot that stays on the source, and a copy that runs until
 * it is let end.
 */
export class CopyActor {
  readonly #cluster: ClusterConnection;
  readonly #copyMs: number;
  #held: Promise<void> = Promise.resolve();
  #working: Promise<unknown> = Promise.resolve();
  #release = () => {};

  /** @param copyMs - how long a copy takes */
  constructor(cluster: ClusterConnection, copyMs: number) {
    this.#cluster = cluster;
    this.#copyMs = copyMs;
  }

  /** Copies that have begun go on without an end until they are let end. */
  hold() {
    this.#held = new Promise(resolve => {
      this.#release = resolve;
    });
  }

  letEnd() {
    this.#release();
  }

  /** A DataVolume that is new in the cluster. */
  take(dataVolume: WatchedDataVolume) {
    if (!isClone(dataVolume)) return;
    this.#working = Promise.all([this.#working, this.#copy(dataVolume)]);
    // Thrown where it is waited for.
    this.#working.catch(() => undefined);
  }

  /** @throws what the cluster refused */
  async settled() {
    await this.#working;
  }

  async #copy(dataVolume: WatchedDataVolume) {
    await seed(this.#cluster, [copyObjects(dataVolume)]);
    await this.#dataVolumeStatus(dataVolume, {
      phase: 'CSICloneInProgress',
      progress: 'N/A',
    });
    await Promise.all([this.#held, delay(this.#copyMs)]);
    await this.#patch(`${LONGHORN}/volumes/${copyHandle(dataVolume)}/status`, {
      status: {
        actualSize: SIZE_BYTES / 4,
        cloneStatus: { state: 'completed' },
      },
    });
    await this.#dataVolumeStatus(dataVolume, {
      phase: 'Succeeded',
      progress: '100.0%',
    });
  }

  async #dataVolumeStatus({ metadata }: WatchedDataVolume, status: object) {
    const { namespace, name } = metadata;
    await this.#patch(
      `/apis/cdi.kubevirt.io/v1beta1/namespaces/${namespace}/datavolumes/${name}/status`,
      { status: { ...status, claimName: name } },
    );
  }

  async #patch(path: string, change: object) {
    await this.#cluster.send(
      'PATCH',
      path,
      change,
      'application/merge-patch+json',
    );
  }
}

function copyObjects(dataVolume: WatchedDataVolume): SeedObject[] {
  const { namespace, name, uid, labels, annotations } = dataVolume.metadata;
  const handle = copyHandle(dataVolume);
  const source = imageHandle(labels?.[LABELS.version] ?? '');
  return [
    {
      path: `${LONGHORN}/volumes`,
      body: {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Volume',
        metadata: { name: handle, namespace: 'longhorn-system' },
        spec: {
          size: String(SIZE_BYTES),
          numberOfReplicas: 3,
          dataSource: `vol://${source}`,
        },
      },
      status: {
        state: 'attached',
        robustness: 'healthy',
        cloneStatus: { state: 'initiated', sourceVolume: source },
      },
    },
    {
      path: `${LONGHORN}/snapshots`,
      body: {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Snapshot',
        metadata: {
          name: `clone-${uid}`,
          namespace: 'longhorn-system',
          labels: { longhornvolume: source },
        },
        spec: { volume: source },
      },
    },
    persistentVolume(handle, { namespace, name }),
    {
      path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
      body: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          namespace,
          labels,
          annotations,
          ownerReferences: [
            {
              apiVersion: 'cdi.kubevirt.io/v1beta1',
              kind: 'DataVolume',
              name,
              uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: SIZE } },
          storageClassName: STORAGE_CLASS,
          volumeMode: 'Filesystem',
          volumeName: handle,
        },
      },
      status: {
        phase: 'Bound',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: SIZE },
      },
    },
  ];
}
