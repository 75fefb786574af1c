import type { Context } from '../Context';
import { sizeBytes } from '../sizes';
import type { Claim, LonghornVolume } from '../kube/types';

/** Where a clone copies from, or why it cannot, in external-provisioner's and Longhorn's words (recorded). */
export type SourceCheck =
  | { from: LonghornVolume; /** Of that volume. */ snapshot?: string }
  | { refusal: string };

/** Checks of external-provisioner 5.3 and of Longhorn 1.12's CSI driver, in their order. */
export function checkSource(context: Context, claim: Claim): SourceCheck {
  const { caches } = context;
  const { namespace } = claim.metadata;
  const { name } = claim.spec.dataSource!;
  const source = caches.claims.get(`${namespace}/${name}`);
  const byName = (why: string) => ({
    refusal: `error getting handle for DataSource Type PersistentVolumeClaim by Name ${name}: ${why}`,
  });
  if (!source) {
    return byName(
      `error getting PVC ${name} (namespace "${namespace}") from api server: persistentvolumeclaim "${name}" not found`,
    );
  }
  if (source.status?.phase !== 'Bound') {
    return byName(
      `the PVC DataSource ${name} must have a status of Bound.  Got {${
        source.status?.phase ?? ''
      } [] map[] [] map[] map[] <nil> <nil>}`,
    );
  }
  if (source.metadata.deletionTimestamp) {
    return byName(`the PVC DataSource ${name} is currently being deleted`);
  }
  const wanted = sizeBytes(claim.spec.resources?.requests?.storage);
  const has = sizeBytes(source.spec.resources?.requests?.storage);
  if (wanted < has) {
    return byName(
      `error, new PVC request must be greater than or equal in size to the specified PVC data source, requested ${wanted} but source is ${has}`,
    );
  }
  const volume = caches.volumes.get(source.spec.volumeName ?? '');
  const handle = volume?.spec.csi?.volumeHandle;
  if (!handle) return byName('claim in dataSource not bound or invalid');
  const sourceMode = source.spec.volumeMode ?? 'Filesystem';
  const mode = claim.spec.volumeMode ?? 'Filesystem';
  if (sourceMode !== mode) {
    return byName(
      `the source PVC and destination PVCs must have the same volume mode for cloning.  Source is ${sourceMode}, but new PVC requested ${mode}`,
    );
  }
  const from = caches.longhornVolumes.get(`longhorn-system/${handle}`);
  if (!from) {
    return {
      refusal: `rpc error: code = NotFound desc = source volume ${handle} is not found`,
    };
  }
  const sourceBytes = Number(from.spec.size);
  if (wanted !== sourceBytes) {
    return {
      refusal: `rpc error: code = OutOfRange desc = failed to clone volume: the requested size (${wanted} bytes) is different than the source volume size (${sourceBytes} bytes)`,
    };
  }
  return { from };
}
