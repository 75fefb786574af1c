import type { Context } from '../Context';
import type { Claim, DataVolume } from '../kube/types';
import { targetSpec } from './targetClaim';

export type Strategy = 'copy' | 'csi-clone';

/** Which claim a DataVolume copies, by itself or by way of a DataSource. */
export function sourceOf(
  { caches }: Context,
  { spec, metadata }: DataVolume,
): { namespace: string; name: string } | undefined {
  if (spec.source?.pvc) return spec.source.pvc;
  const { sourceRef } = spec;
  if (!sourceRef) return undefined;
  const dataSource = caches.dataSources.get(
    `${sourceRef.namespace ?? metadata.namespace}/${sourceRef.name}`,
  );
  const pvc = dataSource?.spec.source.pvc;
  return (
    pvc && {
      namespace: pvc.namespace ?? dataSource.metadata.namespace!,
      name: pvc.name,
    }
  );
}

/** CDI takes a host-assisted copy for Longhorn, unless the StorageProfile says otherwise (recorded with CDI 1.66). */
export function strategyFor(
  { caches }: Context,
  dataVolume: DataVolume,
  source: Claim,
): Strategy {
  const className =
    targetSpec(dataVolume).storageClassName ??
    source.spec.storageClassName ??
    '';
  const profile = caches.storageProfiles.get(className);
  const wanted = profile?.spec?.cloneStrategy ?? profile?.status?.cloneStrategy;
  return wanted === 'csi-clone' ? 'csi-clone' : 'copy';
}
