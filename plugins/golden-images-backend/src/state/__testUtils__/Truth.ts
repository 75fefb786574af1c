import type { Change } from '../replay/traceLines';
import type { RawObject } from '../views';

interface Raw extends RawObject {
  spec?: {
    volumeName?: string;
    csi?: { volumeHandle?: string };
    dataSource?: unknown;
  };
  status?: {
    phase?: string;
    robustness?: string;
    restoreRequired?: boolean;
    conditions?: { type: string; status: string }[];
    cloneStatus?: { state?: string };
  };
}

/** When bytes are there, told from the recorded objects alone: a second reading of the same rules. */
export class Truth {
  readonly #objects = new Map<string, Raw>();
  readonly #readyUids = new Map<string, string>();

  apply({ kind, type, object }: Change) {
    const key = `${kind} ${object.metadata.namespace ?? ''}/${
      object.metadata.name
    }`;
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, object);
  }

  isHelper(key: string): boolean {
    const labels = this.#objects.get(`PersistentVolumeClaim ${key}`)?.metadata
      .labels;
    return labels !== undefined && 'velero.io/exclude-from-backup' in labels;
  }

  /** Why the bytes under this name are not there; nothing when they are. */
  notReady(key: string): string | undefined {
    const dataVolume = this.#objects.get(`DataVolume ${key}`);
    const claim = this.#objects.get(`PersistentVolumeClaim ${key}`);
    if (!claim) return 'there is no claim';
    if (claim.status?.phase !== 'Bound')
      return `the claim is ${claim.status?.phase}`;
    if (claim.metadata.deletionTimestamp) return 'the claim is being deleted';
    if (dataVolume && dataVolume.status?.phase !== 'Succeeded') {
      return `the DataVolume is ${dataVolume.status?.phase}`;
    }
    const owner = (dataVolume ?? claim).metadata.uid ?? '';
    const uid = claim.metadata.uid ?? '';
    const before = this.#readyUids.get(owner);
    if (before && before !== uid)
      return 'the claim is another one than at the first ready';
    const why = this.#notCopied(claim);
    if (!why) this.#readyUids.set(owner, uid);
    return why;
  }

  #notCopied(claim: Raw): string | undefined {
    const volume = this.#objects.get(
      `PersistentVolume /${claim.spec?.volumeName}`,
    );
    const longhorn = this.#objects.get(
      `Volume longhorn-system/${volume?.spec?.csi?.volumeHandle}`,
    );
    const { status } = longhorn ?? {};
    if (status?.robustness === 'faulted') return 'the volume is faulted';
    if (status?.restoreRequired) return 'the volume is being restored';
    const scheduled = status?.conditions?.find(
      ({ type }) => type === 'Scheduled',
    );
    if (scheduled?.status === 'False') return 'the replicas have no place';
    const state = status?.cloneStatus?.state ?? '';
    const wanted = /^(vol|snap):/.test(
      String(longhorn?.spec?.dataSource ?? ''),
    );
    const done = ['completed', 'copy-completed-awaiting-healthy'];
    return wanted && !done.includes(state)
      ? `the copy is ${state || 'not started'}`
      : undefined;
  }
}
