import type {
  ImportRequest,
  PreflightResponse,
} from '@golden-images/plugin-golden-images-common';
import {
  RESOURCES,
  type KubernetesObject,
} from '../../../kubernetes/ClusterClient';
import type { GoldenImagesConfig } from '../../../config';
import type { DataVolume } from '../../../manifests';
import { as, createWorld } from '../../__testUtils__/world';

export const GIB = 2 ** 30;
export const KEY = 'dev/team-a/disk';
export const SHA = `sha256:${'a'.repeat(64)}`;
export const LONGHORN = {
  name: 'longhorn',
  provisioner: 'driver.longhorn.io',
  isDefault: true,
  allowVolumeExpansion: true,
  bindingMode: 'Immediate' as const,
  parameters: {},
};

export const request = (
  change: Partial<ImportRequest> = {},
): ImportRequest => ({
  name: 'ubuntu',
  version: '1',
  source: { pvc: { namespace: 'team-a', name: 'disk' } },
  size: 'auto',
  ...change,
});
export const ofSnapshot = (change: Partial<ImportRequest> = {}) =>
  request({
    source: { snapshot: { namespace: 'team-a', name: 'before' } },
    ...change,
  });

/** A bound claim of ten gibibytes in team-a, and a snapshot of it. */
export function createWorldWithDisk(config: Partial<GoldenImagesConfig> = {}) {
  const world = createWorld(config);
  const { cluster, tracking } = world;
  const claim = (change: Partial<KubernetesObject> = {}) =>
    cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: {
        volumeName: 'pv-1',
        storageClassName: 'longhorn',
        volumeMode: 'Filesystem',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '8Gi' } },
      },
      status: { phase: 'Bound', capacity: { storage: '10Gi' } },
      ...change,
      metadata: {
        namespace: 'team-a',
        name: 'disk',
        uid: 'claim-uid',
        ...change.metadata,
      },
    });
  const volume = (spec: object = {}, workloads: string[] = []) =>
    cluster.put(RESOURCES.longhornVolumes, {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Volume',
      metadata: { namespace: 'longhorn-system', name: 'lh-1' },
      spec: { size: String(10 * GIB), dataEngine: 'v1', ...spec },
      status: {
        kubernetesStatus: {
          workloadsStatus: workloads.map(podName => ({ podName })),
        },
      },
    });
  const snapshot = (
    status: object = {},
    spec: object = { volumeSnapshotClassName: 'snaps' },
  ) =>
    cluster.put(RESOURCES.volumeSnapshots, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { namespace: 'team-a', name: 'before', uid: 'snapshot-uid' },
      spec: { source: { persistentVolumeClaimName: 'disk' }, ...spec },
      status: {
        readyToUse: true,
        restoreSize: '10Gi',
        boundVolumeSnapshotContentName: 'content',
        ...status,
      },
    });
  const content = (spec: object = {}, handle = 'snap://lh-1/s1') =>
    cluster.put(RESOURCES.snapshotContents, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotContent',
      metadata: { name: 'content' },
      spec: {
        driver: 'driver.longhorn.io',
        sourceVolumeMode: 'Filesystem',
        volumeSnapshotClassName: 'snaps',
        volumeSnapshotRef: { uid: 'snapshot-uid' },
        ...spec,
      },
      status: { snapshotHandle: handle },
    });
  claim();
  volume();
  snapshot();
  content();
  cluster.put(RESOURCES.persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '10Gi' },
      csi: { driver: 'driver.longhorn.io', volumeHandle: 'lh-1' },
    },
  });
  cluster.put(RESOURCES.snapshotClasses, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name: 'snaps' },
    driver: 'driver.longhorn.io',
    parameters: { type: 'snap' },
  });
  tracking.states.set(KEY, { state: 'usable' });
  const check = (
    asked: ImportRequest = request(),
    person = 'ada',
  ): Promise<PreflightResponse> =>
    world.preflights.check({ import: asked }, as(person));
  /** The image `ubuntu-1` as it is asked of the cluster, and what is said of it. */
  const made = async (asked: ImportRequest = request(), person = 'ada') => {
    const { warnings } = await world.images.import(asked, {
      ...as(person),
      dryRun: false,
    });
    const dataVolume = cluster.peek<DataVolume>({
      type: RESOURCES.dataVolumes,
      namespace: 'golden-images',
      name: 'ubuntu-1',
    })!;
    return { ...dataVolume, warnings };
  };
  const codesOf = async (asked?: ImportRequest) => {
    const { problems } = await check(asked);
    return problems.map(({ field, code }) => `${field} ${code}`);
  };
  return { ...world, claim, volume, snapshot, content, check, made, codesOf };
}
