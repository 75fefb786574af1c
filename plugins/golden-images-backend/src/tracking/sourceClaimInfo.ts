import type { SourceClaimInfo } from './Tracking';
import type { Joined } from './views';

export function sourceClaimInfo(joined: Joined): SourceClaimInfo | undefined {
  const { claim, persistentVolume, longhornVolume } = joined;
  return (
    claim && {
      uid: claim.metadata.uid,
      phase: claim.phase,
      capacityBytes: persistentVolume?.capacityBytes,
      longhornSizeBytes: longhornVolume?.sizeBytes,
      requestedBytes: claim.requestedBytes,
      storageClass: claim.storageClass,
      driver: persistentVolume?.driver,
      volumeHandle: persistentVolume?.volumeHandle,
      volumeMode: claim.volumeMode,
      accessModes: claim.accessModes,
    }
  );
}
