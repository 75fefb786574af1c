import type { Tracking } from '../../tracking';

/** What must be the same whatever happened on the way; texts and times may differ. */
export async function snapshot(
  tracking: Tracking,
): Promise<Record<string, object>> {
  const rows = [
    ...(await tracking.reader.listImages({})),
    ...(await tracking.reader.listVolumes({})),
  ];
  return Object.fromEntries(
    rows.map(({ object, ownerUid, stage }) => [
      `${object.kind} ${object.namespace}/${object.name}`,
      {
        uid: object.uid,
        ownerUid,
        stage,
        state: object.state,
        sizes: object.sizes,
        volumeHandle: object.volumeHandle,
        longhorn: object.longhorn,
        entityRef: object.kind === 'volume' ? object.entityRef : undefined,
      },
    ]),
  );
}
