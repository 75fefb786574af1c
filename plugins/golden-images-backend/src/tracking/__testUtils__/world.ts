import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../../kubernetes';
import type { FakeCluster } from './FakeCluster';
import { IMAGES } from './startTracking';

const { claims, dataVolumes, longhornVolumes, persistentVolumes } = RESOURCES;

const succeeded = {
  phase: 'Succeeded',
  progress: '100.0%',
  conditions: [
    { type: 'Bound', status: 'True', reason: 'Bound' },
    { type: 'Running', status: 'False', reason: 'Completed' },
    { type: 'Ready', status: 'True' },
  ],
};

export const SIZE_BYTES = 10 * 1024 ** 3;

/** Plays CDI and Longhorn for the steps that tests need, with fields as recorded. */
export class World {
  readonly cluster: FakeCluster;

  constructor(cluster: FakeCluster) {
    this.cluster = cluster;
    for (const name of [IMAGES, 'team-a']) {
      cluster.put(RESOURCES.namespaces, {
        metadata: {
          name,
          annotations: { [ANNOTATIONS.owner]: `group:default/${name}` },
        },
      });
    }
    cluster.put(RESOURCES.storageClasses, {
      metadata: {
        name: 'longhorn',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'driver.longhorn.io',
      allowVolumeExpansion: true,
      volumeBindingMode: 'Immediate',
      parameters: { fsType: 'ext4' },
    });
  }

  /** As this product asks for it. */
  requestImport(
    image: string,
    version: string,
    annotations: Record<string, string> = {},
  ) {
    return this.cluster.put(dataVolumes, {
      metadata: {
        name: `${image}-${version}`,
        namespace: IMAGES,
        labels: {
          [LABELS.role]: 'golden-image',
          [LABELS.image]: image,
          [LABELS.version]: version,
        },
        annotations: {
          [ANNOTATIONS.requestHash]: `hash-${version}`,
          [ANNOTATIONS.requestedBy]: 'user:default/dana',
          [ANNOTATIONS.onTimeout]: 'delete',
          ...annotations,
        },
      },
      spec: {
        source: {
          http: {
            url: 'https://user:pw@images.example/debian.qcow2?token=x',
            checksum: `sha256:${'0'.repeat(64)}`,
          },
        },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '10Gi' } },
          storageClassName: 'longhorn',
        },
      },
    });
  }

  /** CDI gives the claim the labels of the DataVolume. */
  finishImport(name: string) {
    const { metadata } = this.cluster.change(dataVolumes, IMAGES, name, {});
    this.boundClaim(IMAGES, name, { labels: metadata.labels });
    this.cluster.change(dataVolumes, IMAGES, name, { status: succeeded });
  }

  boundClaim(
    namespace: string,
    name: string,
    over: {
      labels?: Record<string, string>;
      annotations?: Record<string, string>;
      spec?: object;
    },
    longhorn: { spec?: object; status?: object } = {},
  ) {
    const volume = `pvc-of-${namespace}-${name}`;
    const claim = this.cluster.put(claims, {
      metadata: {
        name,
        namespace,
        labels: over.labels,
        annotations: over.annotations,
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '10Gi' } },
        storageClassName: 'longhorn',
        volumeMode: 'Filesystem',
        volumeName: volume,
        ...over.spec,
      },
      status: { phase: 'Bound', capacity: { storage: '10Gi' } },
    });
    this.cluster.put(persistentVolumes, {
      metadata: { name: volume },
      spec: {
        capacity: { storage: '10Gi' },
        csi: { driver: 'driver.longhorn.io', volumeHandle: volume },
        claimRef: { namespace, name, uid: claim.metadata.uid },
      },
      status: { phase: 'Bound' },
    });
    this.cluster.put(longhornVolumes, {
      metadata: { name: volume, namespace: 'longhorn-system' },
      spec: { size: String(SIZE_BYTES), numberOfReplicas: 3, ...longhorn.spec },
      status: {
        state: 'detached',
        robustness: 'unknown',
        actualSize: 1000,
        cloneStatus: { state: '' },
        ...longhorn.status,
      },
    });
    return claim;
  }

  clone(
    name: string,
    source: string,
    copy: { state: string; actualSize: number },
  ) {
    return this.boundClaim(
      IMAGES,
      name,
      {
        labels: {
          [LABELS.role]: 'clone',
          [LABELS.kubernetesId]: 'orders',
        },
        annotations: {
          [ANNOTATIONS.requestHash]: 'hash-of-clone',
          [ANNOTATIONS.entityRef]: 'component:default/orders',
        },
        spec: {
          dataSource: { kind: 'PersistentVolumeClaim', name: source },
        },
      },
      {
        spec: { dataSource: `vol://pvc-of-${IMAGES}-${source}` },
        status: {
          actualSize: copy.actualSize,
          cloneStatus: {
            state: copy.state,
            sourceVolume: `pvc-of-${IMAGES}-${source}`,
            attemptCount: 1,
          },
        },
      },
    );
  }
}
