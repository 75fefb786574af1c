import { LONGHORN_DRIVER, type Context } from '../Context';
import type {
  VolumeSnapshot,
  VolumeSnapshotClass,
} from '../kube/snapshotTypes';
import { keyOf, type PersistentVolume } from '../kube/types';

const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class';

/** `%q` of Go, for plain text. */
const quoted = (text: string) => JSON.stringify(text);

/**
 * What a snapshot is taken of and how, or why it cannot be taken, in the words
 * of external-snapshotter 8.2 (from source, not recorded).
 */
export function sourceOfSnapshot(
  context: Context,
  snapshot: VolumeSnapshot,
):
  | { snapshotClass: VolumeSnapshotClass; volume: PersistentVolume }
  | { refusal: string } {
  const { caches } = context;
  const { name, namespace } = snapshot.metadata;
  const inputs = (why: string) => ({
    refusal: `failed to get input parameters to create snapshot ${name}: ${quoted(
      why,
    )}`,
  });
  const claimName = snapshot.spec.source.persistentVolumeClaimName;
  const claim = caches.claims.get(`${namespace}/${claimName}`);
  if (claim?.metadata.deletionTimestamp) {
    return {
      refusal: `snapshot controller failed to update ${keyOf(
        snapshot,
      )} on API server: cannot add finalizer on PVC that is being deleted`,
    };
  }
  const wanted = snapshot.spec.volumeSnapshotClassName;
  const snapshotClass = wanted
    ? caches.snapshotClasses.get(wanted)
    : caches.snapshotClasses
        .all()
        .find(
          ({ metadata, driver }) =>
            metadata.annotations?.[DEFAULT_CLASS] === 'true' &&
            driver === LONGHORN_DRIVER,
        );
  if (!snapshotClass) {
    return inputs(
      wanted
        ? `volumesnapshotclass.snapshot.storage.k8s.io "${wanted}" not found`
        : 'cannot find default snapshot class',
    );
  }
  if (!claim) {
    const missing = `persistentvolumeclaim "${claimName}" not found`;
    return inputs(
      `failed to retrieve PVC ${claimName} from the lister: ${quoted(missing)}`,
    );
  }
  if (claim.status?.phase !== 'Bound') {
    return inputs(
      `the PVC ${claimName} is not yet bound to a PV, will not attempt to take a snapshot`,
    );
  }
  const volume = caches.volumes.get(claim.spec.volumeName ?? '');
  if (volume?.spec.csi?.driver !== snapshotClass.driver) {
    return inputs('claim in dataSource not bound or invalid');
  }
  return { snapshotClass, volume };
}
