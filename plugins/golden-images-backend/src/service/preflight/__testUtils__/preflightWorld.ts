import { RESOURCES } from '../../../kubernetes/ClusterClient';
import { createWorldWithImage } from '../../__testUtils__/worldWithImage';

/** A cluster with a ready image, and what a pre-flight looks at there. */
export function createWorld() {
  const world = createWorldWithImage();
  for (const source of world.tracking.sources.values()) {
    source.volumeHandle = 'pvc-1';
  }
  return {
    ...world,
    quota: (namespace: string, hard: object, used: object = {}) =>
      world.cluster.put(RESOURCES.quotas, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { namespace, name: 'limit' },
        spec: { hard },
        status: { hard, used },
      }),
    limit: (namespace: string, limits: object) =>
      world.cluster.put(RESOURCES.limitRanges, {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { namespace, name: 'sizes' },
        spec: { limits: [{ type: 'PersistentVolumeClaim', ...limits }] },
      }),
    profile: (strategy: string) =>
      world.cluster.put(RESOURCES.storageProfiles, {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'StorageProfile',
        metadata: { name: 'longhorn' },
        status: { cloneStrategy: strategy },
      }),
    snapshots: (count: number) => {
      for (let index = 0; index < count; index += 1) {
        world.cluster.put(RESOURCES.longhornSnapshots, {
          apiVersion: 'longhorn.io/v1beta2',
          kind: 'Snapshot',
          metadata: {
            namespace: 'longhorn-system',
            name: `s-${index}`,
            labels: { longhornvolume: 'pvc-1' },
          },
        });
      }
    },
    volume: (spec: object, podNames: string[] = []) =>
      world.cluster.put(RESOURCES.longhornVolumes, {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Volume',
        metadata: { namespace: 'longhorn-system', name: 'pvc-1' },
        spec,
        status: {
          kubernetesStatus: {
            workloadsStatus: podNames.map(podName => ({ podName })),
          },
        },
      }),
  };
}
