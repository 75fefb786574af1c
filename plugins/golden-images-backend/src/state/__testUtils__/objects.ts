import { derive } from '../derive';
import type { Derived, DeriveInput, EventView } from '../types';
import {
  claimView,
  dataVolumeView,
  eventView,
  longhornVolumeView,
  persistentVolumeView,
  type RawObject,
} from '../views';

type Fields = Record<string, unknown>;

/** Where tests begin. */
export const START_MS = Date.parse('2026-11-22T07:00:00Z');
export const isoAt = (seconds: number) =>
  new Date(START_MS + seconds * 1_000).toISOString();

const metadata = (name: string, uid: string): RawObject['metadata'] => ({
  name,
  namespace: 'dev-a',
  uid,
  creationTimestamp: isoAt(0),
});

interface Conditions {
  running?: { status?: string; reason?: string; message?: string };
  bound?: { status?: string; reason?: string; message?: string };
  ready?: { status?: string; lastTransitionTime?: string };
}

/** An import over HTTP unless another source is given. */
export function dataVolume(
  options: Conditions & {
    uid?: string;
    source?: Fields;
    phase?: string;
    progress?: string;
    restartCount?: number;
    deletedAt?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  } = {},
) {
  const { uid = 'dv-1', bound, running, ready } = options;
  const condition = (type: string, given?: Fields) =>
    given
      ? [{ type, status: 'False', lastTransitionTime: isoAt(0), ...given }]
      : [];
  return dataVolumeView({
    metadata: {
      ...metadata('disk', uid),
      deletionTimestamp: options.deletedAt,
      annotations: options.annotations,
      labels: options.labels,
    },
    spec: {
      source: options.source ?? { http: { url: 'https://images.example/x' } },
      pvc: { resources: { requests: { storage: '10Gi' } } },
    },
    status: {
      phase: options.phase,
      progress: options.progress,
      restartCount: options.restartCount,
      conditions: [
        ...condition('Bound', bound),
        ...condition('Running', running),
        ...condition('Ready', ready),
      ],
    },
  });
}

export function claim(
  options: {
    uid?: string;
    /** uid of the DataVolume that controls it. */
    of?: string;
    phase?: string;
    dataSource?: Fields;
    annotations?: Record<string, string>;
    conditions?: Fields[];
    requested?: string;
    capacity?: string;
    deletedAt?: string;
  } = {},
) {
  const { uid = 'claim-1', of, phase = 'Pending' } = options;
  return claimView({
    metadata: {
      ...metadata('disk', uid),
      deletionTimestamp: options.deletedAt,
      annotations: options.annotations,
      ownerReferences: of
        ? [{ kind: 'DataVolume', name: 'disk', uid: of, controller: true }]
        : undefined,
    },
    spec: {
      volumeName: phase === 'Bound' ? 'pv-1' : undefined,
      dataSource: options.dataSource,
      resources: { requests: { storage: options.requested ?? '10Gi' } },
    },
    status: {
      phase,
      capacity: { storage: options.capacity ?? '10Gi' },
      conditions: options.conditions,
    },
  });
}

export const CLONE_OF_IMAGE = { kind: 'PersistentVolumeClaim', name: 'image' };

export const persistentVolume = (
  driver = 'driver.longhorn.io',
  status: Fields = {},
) =>
  persistentVolumeView({
    metadata: metadata('pv-1', 'pv-uid'),
    spec: { csi: { driver, volumeHandle: 'lh-1' } },
    status,
  });

export function longhornVolume(
  options: {
    name?: string;
    spec?: Fields;
    status?: Fields;
    cloneState?: string;
    attemptCount?: number;
    actualSize?: number;
  } = {},
) {
  const { name = 'lh-1', cloneState, attemptCount = 0 } = options;
  return longhornVolumeView({
    metadata: metadata(name, `uid-of-${name}`),
    spec:
      cloneState === undefined
        ? options.spec
        : { dataSource: 'vol://lh-source', ...options.spec },
    status: {
      state: 'attached',
      robustness: 'healthy',
      actualSize: options.actualSize,
      cloneStatus: {
        state: cloneState ?? '',
        attemptCount,
        sourceVolume: 'lh-source',
      },
      ...options.status,
    },
  });
}

export const sourceVolume = (actualSize = 1_000) =>
  longhornVolume({ name: 'lh-source', actualSize });

export function event(options: {
  of?: string;
  type?: string;
  reason: string;
  message?: string;
  count?: number;
  /** Seconds after the start. */
  at?: number;
  firstAt?: number;
}): EventView {
  const { of = 'dv-1', reason, message = '', at = 0, firstAt = at } = options;
  return eventView({
    metadata: metadata(
      `${of}.${reason}.${firstAt}`,
      `${of}.${reason}.${firstAt}`,
    ),
    involvedObject: {
      uid: of,
      kind: of.startsWith('dv') ? 'DataVolume' : 'PersistentVolumeClaim',
    },
    type: options.type ?? 'Warning',
    reason,
    message,
    count: options.count ?? 1,
    firstTimestamp: isoAt(firstAt),
    lastTimestamp: isoAt(at),
  });
}

/** Looks at one object again and again, as the product does: with what it remembers. */
export class Looks {
  readonly #kind: 'image' | 'volume';
  #last?: Derived;

  constructor(kind: 'image' | 'volume') {
    this.#kind = kind;
  }

  /** @param seconds - after the start */
  at(seconds: number, objects: Partial<DeriveInput>): Derived {
    this.#last = derive({
      kind: this.#kind,
      events: [],
      longhornReadable: true,
      memory: this.#last?.memory,
      nowMs: START_MS + seconds * 1_000,
      ...objects,
    });
    return this.#last;
  }
}

/** A first look without memory. */
export const lookAt = (
  kind: 'image' | 'volume',
  objects: Partial<DeriveInput>,
  seconds = 0,
) => new Looks(kind).at(seconds, objects);

/** State and reason in one word. */
export const inShort = ({ state, reason }: Derived) =>
  reason ? `${state}:${reason}` : state;

/** The claim of a copy by Longhorn. */
export const boundCopy = claim({ phase: 'Bound', dataSource: CLONE_OF_IMAGE });

/** What there is of that copy while it runs. */
export const copyByLonghorn = (
  options: Parameters<typeof longhornVolume>[0] = {},
): Partial<DeriveInput> => ({
  claim: boundCopy,
  persistentVolume: persistentVolume(),
  longhornVolume: longhornVolume({ cloneState: 'initiated', ...options }),
  sourceLonghornVolume: sourceVolume(),
});
