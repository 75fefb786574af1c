import {
  ANNOTATIONS,
  LABELS,
  MANAGED_BY,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConnection } from './ClusterConnection';
import { OWNER, type SeedObject } from './objects';

export const IMAGES_NAMESPACE = 'golden-images';
export const IMAGE = 'burst-base';
export const STORAGE_CLASS = 'longhorn';
export const SIZE_BYTES = 1024 ** 3;
export const SIZE = '1Gi';

const DATA_VOLUMES = `/apis/cdi.kubevirt.io/v1beta1/namespaces/${IMAGES_NAMESPACE}/datavolumes`;
const CLAIMS = `/api/v1/namespaces/${IMAGES_NAMESPACE}/persistentvolumeclaims`;
const PROFILES = '/apis/cdi.kubevirt.io/v1beta1/storageprofiles';

const objectName = (version: string) => `${IMAGE}-${version}`;
export const imageHandle = (version: string) => `pvc-${objectName(version)}`;

/** A version of an image that was imported once: DataVolume, claim, PersistentVolume, Longhorn volume. */
export function readyImage(version: string): SeedObject[] {
  const name = objectName(version);
  const handle = imageHandle(version);
  const metadata = {
    name,
    namespace: IMAGES_NAMESPACE,
    labels: {
      [LABELS.role]: ROLE_GOLDEN_IMAGE,
      [LABELS.image]: IMAGE,
      [LABELS.version]: version,
      [LABELS.managedBy]: MANAGED_BY,
    },
    annotations: {
      [ANNOTATIONS.requestHash]: `hash-of-${name}`,
      [ANNOTATIONS.requestedBy]: OWNER,
      [ANNOTATIONS.setCurrent]: 'false',
    },
  };
  const claimSpec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: SIZE } },
    storageClassName: STORAGE_CLASS,
    volumeMode: 'Filesystem',
  };
  return [
    {
      path: DATA_VOLUMES,
      body: {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        metadata,
        spec: {
          source: { http: { url: 'https://images.example.com/base.qcow2' } },
          pvc: claimSpec,
        },
      },
      status: { phase: 'Succeeded', progress: '100.0%', claimName: name },
    },
    {
      path: CLAIMS,
      body: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec: { ...claimSpec, volumeName: handle },
      },
      status: {
        phase: 'Bound',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: SIZE },
      },
      annotate: {
        path: `${DATA_VOLUMES}/${name}`,
        with: uid => ({
          [ANNOTATIONS.claimUid]: uid,
          [ANNOTATIONS.volumeHandle]: handle,
          [ANNOTATIONS.capacityBytes]: String(SIZE_BYTES),
          [ANNOTATIONS.readyAt]: '2026-11-01T00:00:00Z',
        }),
      },
    },
    persistentVolume(handle, { namespace: IMAGES_NAMESPACE, name }),
    {
      path: '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes',
      body: {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Volume',
        metadata: { name: handle, namespace: 'longhorn-system' },
        spec: { size: String(SIZE_BYTES), numberOfReplicas: 3 },
      },
      status: {
        state: 'detached',
        robustness: 'unknown',
        actualSize: SIZE_BYTES / 4,
      },
    },
  ];
}

export function persistentVolume(
  name: string,
  claim: { namespace: string; name: string },
): SeedObject {
  return {
    path: '/api/v1/persistentvolumes',
    body: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: SIZE },
        claimRef: { kind: 'PersistentVolumeClaim', ...claim },
        csi: { driver: 'driver.longhorn.io', volumeHandle: name },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: STORAGE_CLASS,
        volumeMode: 'Filesystem',
      },
    },
    status: { phase: 'Bound' },
  };
}

/** CDI lets Longhorn copy, as where an administrator has chosen that for the class. */
export async function copyByCsi(cluster: ClusterConnection) {
  await cluster.send(
    'PATCH',
    `${PROFILES}/${STORAGE_CLASS}`,
    { spec: { cloneStrategy: 'csi-clone' } },
    'application/merge-patch+json',
  );
}
