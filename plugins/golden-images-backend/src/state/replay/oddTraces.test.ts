import { LABELS } from '@golden-images/plugin-golden-images-common';
import {
  boundTo,
  CLAIM,
  eventLine,
  line,
  longhornLine,
  persistentVolumeLine,
} from '../__testUtils__/lines';
import { isoAt, START_MS } from '../__testUtils__/objects';
import { statesOf } from '../__testUtils__/statesOf';
import { replayTrace } from './replayTrace';
import type { TraceLine } from './traceLines';

const HTTP = { source: { http: { url: 'https://h/x' } } };
const CLONE = { source: { pvc: { namespace: 'dev-a', name: 'image' } } };
const OF_IMAGE = { dataSource: { kind: CLAIM, name: 'image' } };
const VELERO = { 'velero.io/exclude-from-backup': 'true' };
const COPY = { dataSource: 'vol://lh-image' };
const copyStatus = (state: string) => ({
  state: 'attached',
  robustness: 'healthy',
  cloneStatus: { state, sourceVolume: 'lh-image' },
});
const condition = (type: string, reason: string, message = '') => ({
  type,
  status: 'False',
  reason,
  message,
  lastTransitionTime: isoAt(0),
});

describe('names', () => {
  it('of helpers are those of disks, where a user chose them', () => {
    const label = { labels: VELERO };
    const lines = ['orders-scratch', 'prime-time', 'tmp-pvc-of-mine'].flatMap(
      name => [
        line(0, 'ADDED', `DataVolume/${name}`, { ...label, spec: HTTP }),
        line(1, 'ADDED', `${CLAIM}/${name}`, {
          ...label,
          owner: { kind: 'DataVolume', uid: `DataVolume-${name}` },
        }),
      ],
    );
    const shown = replayTrace(lines, { startedAtMs: START_MS });
    expect(shown.map(({ name }) => name).sort()).toEqual([
      'orders-scratch',
      'prime-time',
      'tmp-pvc-of-mine',
    ]);
  });

  it('of helpers stay hidden, also with our label and of an older CDI', () => {
    const labels = {
      [LABELS.role]: 'golden-image',
      app: 'containerized-data-importer',
    };
    const lines = [
      line(0, 'ADDED', `${CLAIM}/tmp-pvc-1`, {
        labels: { ...labels, 'cdi.kubevirt.io/OwnedByUID': 'c' },
      }),
      line(0, 'ADDED', `${CLAIM}/prime-1`, {
        labels,
        owner: { kind: CLAIM, uid: 'c' },
      }),
      line(0, 'ADDED', `${CLAIM}/prime-1-scratch`, {
        labels,
        owner: { kind: 'Pod', uid: 'p' },
      }),
    ];
    expect(replayTrace(lines, { startedAtMs: START_MS })).toEqual([]);
  });

  it('of a snapshot is not that of the claim which is called the same', () => {
    const lines = [
      line(0, 'ADDED', 'DataVolume/image', {
        spec: HTTP,
        status: { phase: 'ImportInProgress' },
      }),
      line(1, 'ADDED', 'DataVolume/disk', {
        spec: { source: { snapshot: { namespace: 'dev-a', name: 'image' } } },
        status: { phase: 'CloneScheduled' },
      }),
    ];
    expect(statesOf(lines)).toEqual(['1 volume copying:copy-not-started']);
  });
});

describe('what is made anew under the same name', () => {
  it('ends the one before, although its end was missed', () => {
    const claims = (t: number, uid: string) =>
      line(t, 'ADDED', `${CLAIM}/disk`, { uid, status: { phase: 'Pending' } });
    expect(statesOf([claims(0, 'a'), claims(9, 'b')])).toEqual([
      '0 volume pending:requested',
      '9 volume gone',
      '9 volume pending:requested',
    ]);
    const volumes = (t: number, uid: string) =>
      line(t, 'ADDED', 'DataVolume/disk', { uid, spec: HTTP });
    expect(statesOf([volumes(0, 'a'), volumes(9, 'b')])).toEqual([
      '0 image pending:requested',
      '9 image gone',
      '9 image pending:requested',
    ]);
  });

  it('ends the one before, also when its end is seen after the next one has a claim', () => {
    const owned = (uid: string) => ({
      uid: `claim-of-${uid}`,
      owner: { kind: 'DataVolume', uid },
    });
    const failed = { uid: 'a', spec: HTTP, status: { phase: 'Failed' } };
    const lines = [
      line(0, 'ADDED', 'DataVolume/disk', failed),
      line(1, 'ADDED', `${CLAIM}/disk`, owned('a')),
      line(5, 'DELETED', `${CLAIM}/disk`, owned('a')),
      line(6, 'ADDED', `${CLAIM}/disk`, {
        ...owned('b'),
        spec: { dataSource: { kind: 'VolumeImportSource', name: 'v' } },
      }),
      line(9, 'DELETED', 'DataVolume/disk', failed),
      line(10, 'ADDED', 'DataVolume/disk', { uid: 'b', spec: HTTP }),
    ];
    expect(statesOf(lines)).toEqual([
      '0 image failed:import-error',
      '9 image gone',
      '9 image pending:requested',
    ]);
  });

  it('stays when the end of the one before comes late', () => {
    const of = (t: number, type: string, uid: string) => [
      line(t, type, 'DataVolume/disk', { uid, spec: HTTP }),
      line(t, type, `${CLAIM}/disk`, {
        uid: `claim-of-${uid}`,
        owner: { kind: 'DataVolume', uid },
      }),
    ];
    const lines = [
      ...of(0, 'ADDED', 'a'),
      ...of(5, 'ADDED', 'b'),
      ...of(9, 'DELETED', 'a'),
    ];
    expect(statesOf(lines)).toEqual([
      '0 image pending:requested',
      '5 image gone',
      '5 image pending:requested',
    ]);
  });

  it('is said once, whether its claim or its DataVolume is seen first', () => {
    const owner = { kind: 'DataVolume', uid: 'DataVolume-disk' };
    const lines = [
      line(0, 'ADDED', `${CLAIM}/disk`, {
        owner,
        spec: { dataSource: { kind: 'VolumeImportSource', name: 'v' } },
      }),
      line(20_000, 'ADDED', 'DataVolume/disk', { spec: HTTP }),
    ];
    // Nor is it left behind by a DataVolume that is only seen late.
    expect(statesOf(lines)).toEqual(['0 image pending:requested']);
  });

  it('a claim that is adopted goes on', () => {
    const owner = { kind: 'DataVolume', uid: 'DataVolume-disk' };
    const lines = [
      line(0, 'ADDED', `${CLAIM}/disk`, boundTo('lh')),
      line(5, 'ADDED', 'DataVolume/disk', { spec: HTTP }),
      line(6, 'MODIFIED', `${CLAIM}/disk`, { ...boundTo('lh'), owner }),
      line(7, 'MODIFIED', 'DataVolume/disk', {
        spec: HTTP,
        status: { phase: 'Succeeded' },
      }),
    ];
    expect(statesOf(lines)).toEqual([
      '0 volume usable',
      '5 image pending:requested',
      '7 image ready',
    ]);
  });

  it('is not copied any more once its claim is being deleted', () => {
    const owner = { kind: 'DataVolume', uid: 'DataVolume-disk' };
    const done = { spec: CLONE, status: { phase: 'Succeeded' } };
    const claim = { ...boundTo('lh'), owner };
    const lines = [
      line(0, 'ADDED', 'DataVolume/disk', done),
      line(1, 'ADDED', `${CLAIM}/disk`, claim),
      persistentVolumeLine(1, 'lh'),
      longhornLine(1, 'ADDED', 'lh', {
        spec: COPY,
        status: copyStatus('initiated'),
      }),
      line(10, 'MODIFIED', `${CLAIM}/disk`, { ...claim, deleted: true }),
      line(11, 'DELETED', `${CLAIM}/disk`, claim),
      line(12, 'DELETED', 'DataVolume/disk', done),
    ];
    expect(statesOf(lines).slice(-2)).toEqual([
      '10 volume deleting',
      '12 volume gone',
    ]);
    // Nobody deletes the DataVolume: CDI makes the claim again.
    expect(statesOf(lines.slice(0, -1), 'disk', 60_000).at(-1)).toBe(
      '5011 volume copying',
    );
  });
});

describe('what the recording does not show', () => {
  const others = [longhornLine(0, 'INIT', 'lh-other')];

  it('of a volume that is outside of it, nothing is known, and it is not lost', () => {
    const lines = [
      ...others,
      line(0, 'INIT', `${CLAIM}/disk`, boundTo('lh', OF_IMAGE)),
      line(0, 'INIT', `${CLAIM}/plain`, boundTo('lh-2')),
      persistentVolumeLine(0, 'lh-3'),
      line(0, 'INIT', `${CLAIM}/half`, boundTo('lh-3', OF_IMAGE)),
    ];
    expect(statesOf(lines, 'disk', 300_000)).toEqual([
      '0 volume unknown:bound-copy-state-unknown',
    ]);
    expect(statesOf(lines, 'half', 300_000)).toEqual([
      '0 volume unknown:bound-copy-state-unknown',
    ]);
    expect(statesOf(lines, 'plain', 300_000)).toEqual(['0 volume usable']);
  });

  it('of copies in a file without PersistentVolumes, nothing is known either', () => {
    const lines = [
      line(0, 'ADDED', `${CLAIM}/disk`, boundTo('copy', OF_IMAGE)),
      longhornLine(0, 'ADDED', 'pv-copy', { spec: COPY }),
    ];
    expect(statesOf(lines)).toEqual([
      '0 volume unknown:bound-copy-state-unknown',
    ]);
  });

  it('a volume that was shown and is gone is lost, when it stays away', () => {
    const lines = [
      line(0, 'INIT', `${CLAIM}/disk`, boundTo('lh')),
      persistentVolumeLine(0, 'lh'),
      longhornLine(0, 'INIT', 'lh'),
      longhornLine(1_000, 'DELETED', 'lh'),
    ];
    expect(statesOf(lines, 'disk', 300_000)).toEqual([
      '0 volume usable',
      '61000 volume lost:volume-gone',
    ]);
  });

  it('ready is nothing that was only listed: the claim says it', () => {
    const succeeded = { spec: HTTP, status: { phase: 'Succeeded' } };
    const listed = [line(0, 'INIT', 'DataVolume/disk', succeeded)];
    expect(statesOf(listed, 'disk', 300_000)).toEqual(['0 image importing']);
    const pending = line(0, 'INIT', `${CLAIM}/disk`, {
      status: { phase: 'Pending' },
      owner: { kind: 'DataVolume', uid: 'DataVolume-disk' },
    });
    expect(statesOf([...listed, pending], 'disk', 300_000)).toEqual([
      '0 image importing',
    ]);
  });
});

describe('a list that is all there is', () => {
  it('counts what had lasted before it', () => {
    const quota = 'exceeded quota: q, requested: requests.storage=10Gi';
    const lines = [
      line(0, 'INIT', 'DataVolume/disk', {
        spec: HTTP,
        status: {
          phase: 'Pending',
          conditions: [condition('Bound', 'Pending', quota)],
        },
      }),
      ...[0, 18_000].map(t => ({
        ...eventLine(t, 'DataVolume-disk', {
          reason: 'ErrExceededQuota',
          message: quota,
        }),
        t: 0,
        type: 'INIT',
      })),
    ];
    const found = replayTrace(lines, { startedAtMs: START_MS + 20_000 });
    expect(found).toEqual([
      expect.objectContaining({ state: 'failing', reason: 'quota' }),
    ]);
  });
});

describe('what CDI says in other versions', () => {
  it('a Pod whose own image cannot be pulled is failing', () => {
    const status = (reason: string) => ({
      phase: 'ImportScheduled',
      conditions: [
        condition('Running', reason, 'Back-off pulling image "cdi-importer"'),
      ],
    });
    const lines = ['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff'].map(
      (reason, t) =>
        line(t, 'MODIFIED', 'DataVolume/disk', {
          spec: HTTP,
          status: status(reason),
        }),
    );
    expect(statesOf(lines)).toEqual([
      '0 image importing',
      '1 image failing:registry-error',
    ]);
  });

  it('a phase that nobody knows is neither ready nor an error', () => {
    const lines = [
      line(0, 'ADDED', 'DataVolume/disk', {
        spec: HTTP,
        status: { phase: 'SomethingNewInProgress' },
      }),
    ];
    expect(statesOf(lines, 'disk', 300_000)).toEqual(['0 image importing']);
  });

  it('an empty source beside the one that is meant does not count', () => {
    const source = { http: null, pvc: { namespace: 'dev-a', name: 'image' } };
    expect(
      statesOf([line(0, 'ADDED', 'DataVolume/disk', { spec: { source } })]),
    ).toEqual(['0 volume pending:requested']);
  });

  it('Events of either API are heard', () => {
    const lines: TraceLine[] = [
      line(0, 'ADDED', `${CLAIM}/disk`, {
        spec: OF_IMAGE,
        status: { phase: 'Pending' },
      }),
      {
        t: 5,
        type: 'ADDED',
        gvk: 'events.k8s.io/v1/Event',
        object: {
          metadata: { name: 'e', namespace: 'dev-a', uid: 'e' },
          regarding: { kind: CLAIM, uid: `${CLAIM}-disk` },
          type: 'Warning',
          reason: 'ProvisioningFailed',
          note: 'storageclass.storage.k8s.io "nope" not found',
          deprecatedCount: 4,
          deprecatedLastTimestamp: isoAt(0),
        },
      },
    ];
    expect(statesOf(lines)).toEqual([
      '0 volume pending:requested',
      '5 volume failing:storage-class-missing',
    ]);
  });
});
