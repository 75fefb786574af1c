import type { Entity } from '@backstage/catalog-model';
import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { GoldenImagesConfig } from '../../config';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import type { FakeCluster } from './FakeCluster';
import { createWorld } from './world';

export const GIB = 2 ** 30;

/** A world with the ready image ubuntu, versions 1 and 2; 2 is current. */
export function createWorldWithImage(
  change: Partial<GoldenImagesConfig> = {},
  entities: Entity[] = [],
) {
  const world = createWorld(change, entities);
  const { cluster, tracking } = world;
  for (const version of ['1', '2']) {
    const name = `ubuntu-${version}`;
    cluster.put(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name,
        namespace: 'golden-images',
        labels: {
          [LABELS.role]: 'golden-image',
          [LABELS.image]: 'ubuntu',
          [LABELS.version]: version,
        },
        annotations: {
          [ANNOTATIONS.requestHash]: 'hash',
          [ANNOTATIONS.claimUid]: `claim-${version}`,
          [ANNOTATIONS.readyAt]: '2026-01-01T00:00:00Z',
        },
      },
      spec: { source: { http: { url: 'https://x', checksum: 'sha256:aa' } } },
    });
    tracking.states.set(`dev/golden-images/${name}`, { state: 'ready' });
    tracking.sources.set(`dev/golden-images/${name}`, {
      uid: `claim-${version}`,
      phase: 'Bound',
      capacityBytes: 10 * GIB,
      longhornSizeBytes: 10 * GIB,
      storageClass: 'longhorn',
      driver: 'driver.longhorn.io',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
    });
  }
  setAlias(cluster, 'ubuntu-2');
  return world;
}

export function setAlias(cluster: FakeCluster, name: string) {
  cluster.put(RESOURCES.dataSources, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: { name: 'ubuntu', namespace: 'golden-images' },
    spec: { source: { pvc: { namespace: 'golden-images', name } } },
  });
}
