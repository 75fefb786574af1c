import type { TraceLine } from '../replay/traceLines';
import { isoAt } from './objects';

type Fields = Record<string, unknown>;
type Owner = { kind: string; uid: string };

export interface Made {
  uid?: string;
  namespace?: string;
  labels?: Fields;
  owner?: Owner;
  deleted?: boolean;
  spec?: Fields;
  status?: Fields;
}

const GVK: Record<string, string> = {
  DataVolume: 'cdi.kubevirt.io/v1beta1/DataVolume',
  Volume: 'longhorn.io/v1beta2/Volume',
};

/** Lines of a recording: `line(t, type, 'DataVolume/disk', …)`, all in one namespace. */
export function line(
  t: number,
  type: string,
  what: string,
  made: Made = {},
): TraceLine {
  const [kind, name] = what.split('/');
  const owner = made.owner && { name: 'x', controller: true, ...made.owner };
  return {
    t,
    type,
    gvk: GVK[kind] ?? `v1/${kind}`,
    object: {
      metadata: {
        name,
        namespace: made.namespace ?? 'dev-a',
        uid: made.uid ?? `${kind}-${name}`,
        creationTimestamp: isoAt(t / 1_000),
        labels: made.labels as Record<string, string> | undefined,
        ownerReferences: owner ? [owner] : undefined,
        deletionTimestamp: made.deleted ? isoAt(t / 1_000) : undefined,
      },
      spec: made.spec,
      status: made.status,
    },
  };
}

export const CLAIM = 'PersistentVolumeClaim';

/** A claim that is bound to `pv-<volume>`. */
export const boundTo = (volume: string, spec: Fields = {}): Made => ({
  spec: { volumeName: `pv-${volume}`, ...spec },
  status: { phase: 'Bound' },
});

/** The PersistentVolume `pv-<volume>` on the Longhorn volume `<volume>`. */
export const persistentVolumeLine = (t: number, volume: string): TraceLine =>
  line(t, 'ADDED', `PersistentVolume/pv-${volume}`, {
    namespace: '',
    spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: volume } },
  });

export const longhornLine = (
  t: number,
  type: string,
  volume: string,
  made: Made = {},
): TraceLine =>
  line(t, type, `Volume/${volume}`, {
    namespace: 'longhorn-system',
    spec: {},
    status: { state: 'detached', robustness: 'unknown' },
    ...made,
  });

export const eventLine = (
  t: number,
  of: string,
  given: { reason: string; message: string; type?: string },
): TraceLine => ({
  t,
  type: 'ADDED',
  gvk: 'v1/Event',
  object: {
    metadata: { name: `${of}.${t}`, namespace: 'dev-a', uid: `event-${t}` },
    involvedObject: { kind: of.split('-')[0], uid: of },
    type: given.type ?? 'Warning',
    reason: given.reason,
    message: given.message,
    firstTimestamp: isoAt(t / 1_000),
    lastTimestamp: isoAt(t / 1_000),
    count: 1,
  },
});
