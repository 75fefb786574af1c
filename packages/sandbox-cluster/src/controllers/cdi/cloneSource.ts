import type { Context } from '../Context';
import type { VolumeSnapshot } from '../kube/snapshotTypes';
import {
  keyOf,
  type Claim,
  type ClaimSpec,
  type DataVolume,
} from '../kube/types';
import { targetSpec } from './targetClaim';

export type Strategy = 'copy' | 'csi-clone' | 'snapshot';

/** What a DataVolume is a copy of, by name. */
export interface SourceRef {
  kind: 'pvc' | 'snapshot';
  namespace: string;
  name: string;
}

/** The same once it is there: what CDI's temporary claim is made from. */
export interface CloneOrigin extends SourceRef {
  key: string;
  /** Of the temporary claim, before it grows. */
  size: string | number | undefined;
  dataSource: NonNullable<ClaimSpec['dataSource']>;
  storageClassName?: string;
  /** Of a claim: the volume whose bytes a host-assisted copy reads. */
  volumeName?: string;
}

export function claimOrigin(claim: Claim): CloneOrigin {
  const { name, namespace = '' } = claim.metadata;
  return {
    kind: 'pvc',
    namespace,
    name,
    key: keyOf(claim),
    size: claim.spec.resources?.requests?.storage,
    dataSource: { kind: 'PersistentVolumeClaim', name },
    storageClassName: claim.spec.storageClassName,
    volumeName: claim.spec.volumeName,
  };
}

export function snapshotOrigin(snapshot: VolumeSnapshot): CloneOrigin {
  const { name, namespace = '' } = snapshot.metadata;
  return {
    kind: 'snapshot',
    namespace,
    name,
    key: keyOf(snapshot),
    size: snapshot.status?.restoreSize,
    dataSource: {
      apiGroup: 'snapshot.storage.k8s.io',
      kind: 'VolumeSnapshot',
      name,
    },
  };
}

/** Which claim or snapshot a DataVolume copies, by itself or by way of a DataSource. */
export function sourceOf(
  { caches }: Context,
  { spec, metadata }: DataVolume,
): SourceRef | undefined {
  const { source, sourceRef } = spec;
  if (source?.pvc) return { kind: 'pvc', ...source.pvc };
  if (source?.snapshot) return { kind: 'snapshot', ...source.snapshot };
  if (!sourceRef) return undefined;
  const dataSource = caches.dataSources.get(
    `${sourceRef.namespace ?? metadata.namespace}/${sourceRef.name}`,
  );
  const { pvc, snapshot } = dataSource?.spec.source ?? {};
  const named = pvc ?? snapshot;
  return (
    named && {
      kind: pvc ? 'pvc' : 'snapshot',
      namespace: named.namespace ?? dataSource!.metadata.namespace!,
      name: named.name,
    }
  );
}

/**
 * CDI takes a host-assisted copy of a claim for Longhorn, unless the
 * StorageProfile says otherwise (recorded with CDI 1.66), and restores a
 * snapshot in any case where the driver is the same (from source, not recorded).
 */
export function strategyFor(
  { caches }: Context,
  dataVolume: DataVolume,
  origin: CloneOrigin,
): Strategy {
  if (origin.kind === 'snapshot') return 'snapshot';
  const className =
    targetSpec(dataVolume).storageClassName ?? origin.storageClassName ?? '';
  const profile = caches.storageProfiles.get(className);
  const wanted = profile?.spec?.cloneStrategy ?? profile?.status?.cloneStrategy;
  return wanted === 'csi-clone' ? 'csi-clone' : 'copy';
}
