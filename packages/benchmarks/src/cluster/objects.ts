import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
} from '@golden-images/plugin-golden-images-common';

/** One object to be made: where it is posted, and the status that is written afterwards. */
export interface SeedObject {
  /** Path of the collection. */
  path: string;
  body: {
    metadata: { name: string; [field: string]: unknown };
    [field: string]: unknown;
  };
  status?: object;
  /** Annotations that are written last, from what the API server gave it. */
  annotate?: {
    /** Path of the object that gets them. */
    path: string;
    with: (uid: string) => Record<string, string>;
  };
}

export interface VolumeSeed {
  namespace: string;
  name: string;
  /** Full entity ref of a component in the namespace `default`. */
  entityRef: string;
}

const SIZE_BYTES = 1024 ** 3;
const SIZE = '1Gi';

export const OWNER = 'user:default/bench';

export function namespaceObject(name: string, owner: string): SeedObject {
  return {
    path: '/api/v1/namespaces',
    body: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { [ANNOTATIONS.owner]: owner } },
    },
  };
}

function metadata({ namespace, name, entityRef }: VolumeSeed) {
  return {
    name,
    namespace,
    labels: {
      [LABELS.role]: ROLE_CLONE,
      [LABELS.kubernetesId]: entityRef.split('/')[1],
    },
    annotations: {
      [ANNOTATIONS.entityRef]: entityRef,
      [ANNOTATIONS.requestedBy]: OWNER,
      [ANNOTATIONS.requestHash]: `hash-of-${name}`,
    },
  };
}

export const pvName = ({ namespace, name }: VolumeSeed) =>
  `pvc-${namespace}-${name}`;

/** A claim without a volume behind it. */
export function plainClaim(seed: VolumeSeed): SeedObject {
  return {
    path: `/api/v1/namespaces/${seed.namespace}/persistentvolumeclaims`,
    body: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata(seed),
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: SIZE } },
        storageClassName: 'longhorn',
      },
    },
  };
}

/** The same, made by somebody else: it is no copy of ours that might be running. */
export function othersClaim(seed: VolumeSeed): SeedObject {
  const claim = plainClaim(seed);
  const { labels } = metadata(seed);
  return {
    ...claim,
    body: {
      ...claim.body,
      metadata: {
        ...claim.body.metadata,
        labels: { [LABELS.kubernetesId]: labels[LABELS.kubernetesId] },
      },
    },
  };
}

/** A finished clone as CDI and Longhorn leave it: DataVolume, claim, PersistentVolume, Longhorn volume. */
export function clonedVolume(seed: VolumeSeed): SeedObject[] {
  const { namespace, name } = seed;
  const volumeName = pvName(seed);
  const claim = plainClaim(seed);
  const dataVolumes = `/apis/cdi.kubevirt.io/v1beta1/namespaces/${namespace}/datavolumes`;
  return [
    {
      path: dataVolumes,
      body: {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        metadata: metadata(seed),
        spec: {
          source: { pvc: { namespace, name: 'golden-image' } },
          pvc: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: SIZE } },
            storageClassName: 'longhorn',
          },
        },
      },
      status: {
        phase: 'Succeeded',
        progress: '100.0%',
        claimName: name,
        conditions: ['Bound', 'Ready'].map(type => ({
          type,
          status: 'True',
          lastHeartbeatTime: '2026-11-01T00:00:00Z',
          lastTransitionTime: '2026-11-01T00:00:00Z',
        })),
      },
    },
    {
      ...claim,
      body: {
        ...claim.body,
        spec: { ...(claim.body.spec as object), volumeName },
      },
      status: {
        phase: 'Bound',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: SIZE },
      },
      // What the product writes when a volume is first usable.
      annotate: {
        path: `${dataVolumes}/${name}`,
        with: uid => ({
          [ANNOTATIONS.claimUid]: uid,
          [ANNOTATIONS.volumeHandle]: volumeName,
          [ANNOTATIONS.capacityBytes]: String(SIZE_BYTES),
          [ANNOTATIONS.readyAt]: '2026-11-01T00:00:00Z',
        }),
      },
    },
    {
      path: '/api/v1/persistentvolumes',
      body: {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volumeName },
        spec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: SIZE },
          claimRef: { kind: 'PersistentVolumeClaim', namespace, name },
          csi: { driver: 'driver.longhorn.io', volumeHandle: volumeName },
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName: 'longhorn',
          volumeMode: 'Filesystem',
        },
      },
      status: { phase: 'Bound' },
    },
    {
      path: '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes',
      body: {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Volume',
        metadata: { name: volumeName, namespace: 'longhorn-system' },
        spec: {
          size: String(SIZE_BYTES),
          numberOfReplicas: 3,
          dataSource: 'vol://pvc-golden-image',
        },
      },
      status: {
        state: 'detached',
        robustness: 'unknown',
        actualSize: SIZE_BYTES / 4,
        cloneStatus: {
          state: 'completed',
          sourceVolume: 'pvc-golden-image',
          attemptCount: 1,
        },
      },
    },
  ];
}
