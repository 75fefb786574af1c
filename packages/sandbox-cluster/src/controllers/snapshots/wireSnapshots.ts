import type { Context } from '../Context';
import { keyOf } from '../kube/types';
import type { SnapshotController } from './SnapshotController';

/** Who looks again at what, when something about snapshots changes. */
export function wireSnapshots(
  { caches, queues, log }: Context,
  snapshots: SnapshotController,
) {
  const settle = (work: Promise<void>) => {
    work.catch(error =>
      log(`snapshots: ${error instanceof Error ? error.message : error}`),
    );
  };
  const unfinished = () =>
    caches.volumeSnapshots
      .all()
      .filter(({ status }) => !status?.readyToUse)
      .forEach(snapshot => queues.snapshots.add(keyOf(snapshot)));

  caches.volumeSnapshots.onChange((key, snapshot, deleted) => {
    if (!deleted) queues.snapshots.add(key);
    const content = caches.snapshotContents.get(
      snapshot.status?.boundVolumeSnapshotContentName ??
        `snapcontent-${snapshot.metadata.uid}`,
    );
    if (deleted && content) settle(snapshots.cleanUp(content));
    for (const claim of caches.claims.all()) {
      const { dataSource } = claim.spec;
      if (dataSource?.kind === 'VolumeSnapshot')
        queues.claims.add(keyOf(claim));
    }
    caches.dataVolumes
      .all()
      .filter(({ spec }) => spec.source?.snapshot || spec.sourceRef)
      .forEach(dataVolume => queues.dataVolumes.add(keyOf(dataVolume)));
  });
  caches.snapshotClasses.onChange(unfinished);
  caches.claims.onChange(unfinished);
  caches.longhornVolumes.onChange((_key, volume, deleted) => {
    if (deleted) settle(snapshots.volumeGone(volume.metadata.name));
  });
}
