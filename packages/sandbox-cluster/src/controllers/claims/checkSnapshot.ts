import { LONGHORN_DRIVER, LONGHORN_NAMESPACE, type Context } from '../Context';
import { parseSnapshotHandle } from '../kube/snapshotTypes';
import type { Claim } from '../kube/types';
import { longhornBytes, sizeBytes } from '../sizes';
import type { SourceCheck } from './checkSource';

/**
 * Checks of external-provisioner and of Longhorn 1.12 for a claim that is
 * restored from a snapshot, in their order. From source, not recorded.
 */
export function checkSnapshot(context: Context, claim: Claim): SourceCheck {
  const { caches } = context;
  const { namespace } = claim.metadata;
  const { name } = claim.spec.dataSource!;
  const byName = (why: string) => ({
    refusal: `error getting handle for DataSource Type VolumeSnapshot by Name ${name}: ${why}`,
  });
  const snapshot = caches.volumeSnapshots.get(`${namespace}/${name}`);
  if (!snapshot) {
    return byName(
      `error getting snapshot ${name} from api server: volumesnapshots.snapshot.storage.k8s.io "${name}" not found`,
    );
  }
  if (snapshot.metadata.deletionTimestamp) {
    return byName(`snapshot ${name} is currently being deleted`);
  }
  const content = caches.snapshotContents.get(
    snapshot.status?.boundVolumeSnapshotContentName ?? '',
  );
  if (
    content?.spec.volumeSnapshotRef.uid !== snapshot.metadata.uid ||
    content?.spec.driver !== LONGHORN_DRIVER
  ) {
    return byName(`snapshot ${name} not bound`);
  }
  if (!snapshot.status?.readyToUse) {
    return byName(`snapshot ${name} is not Ready`);
  }
  const handle = parseSnapshotHandle(content.status?.snapshotHandle);
  if (!handle) return byName(`snapshot handle ${name} is not available`);
  const wanted = sizeBytes(claim.spec.resources?.requests?.storage);
  const has = sizeBytes(snapshot.status.restoreSize);
  if (wanted < has) {
    return byName(
      `requested volume size ${wanted} is less than the size ${has} for the source snapshot ${name}`,
    );
  }
  const internal = (why: string) => ({
    refusal: `rpc error: code = Internal desc = ${why}`,
  });
  const from = caches.longhornVolumes.get(
    `${LONGHORN_NAMESPACE}/${handle.volume}`,
  );
  if (!from) {
    return internal(
      `failed to verify data source: volume.longhorn.io "${handle.volume}" not found`,
    );
  }
  // The volume's size as it is now: an expanded one leaves its older snapshots without use.
  const sourceBytes = Number(from.spec.size);
  const bytes = longhornBytes(wanted);
  if (bytes !== sourceBytes) {
    return internal(
      `failed to verify data source: size of target volume (${bytes} bytes) is different than size of source volume (${sourceBytes} bytes)`,
    );
  }
  return { from, snapshot: handle.snapshot };
}
