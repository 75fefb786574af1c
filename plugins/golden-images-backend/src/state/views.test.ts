import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { changesOf, readTrace } from './__testUtils__/fixtures';
import {
  claimView,
  dataVolumeView,
  eventView,
  isHelper,
  longhornVolumeView,
  persistentVolumeView,
  type RawObject,
} from './views';

const last = (name: string, kind: string, object: string) => {
  const found = changesOf(readTrace(name)).filter(
    change => change.kind === kind && change.object.metadata.name === object,
  );
  const change = found.filter(({ type }) => type !== 'DELETED').at(-1);
  if (!change) throw new Error(`${kind} ${object} is not in ${name}`);
  return change.object;
};
const named = (name: string, labels?: Record<string, string>): RawObject => ({
  metadata: { name, labels },
});

describe('views of recorded objects', () => {
  it('of a DataVolume', () => {
    const view = dataVolumeView(
      last('import-good-checksum', 'DataVolume', 'img-goodsum'),
    );
    expect(view).toMatchObject({
      sourceType: 'http',
      phase: 'Succeeded',
      progress: '100.0%',
      restartCount: 0,
      storageClass: 'longhorn',
      accessModes: ['ReadWriteOnce'],
      conditions: { bound: { status: 'True' }, ready: { status: 'True' } },
    });
    expect(view.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('of a claim: nothing of CDI but what says how far it is, no token', () => {
    const object = last(
      'dvclone-cross-ns-copy',
      'PersistentVolumeClaim',
      'xclone-copy',
    );
    const view = claimView(object);
    expect(view).toMatchObject({
      phase: 'Bound',
      cdi: { cloneType: 'copy' },
      metadata: { controller: { kind: 'DataVolume', name: 'xclone-copy' } },
    });
    expect(JSON.stringify(object)).toContain('storage.clone.token');
    expect(JSON.stringify(view)).not.toContain('token');
  });

  it('of a PersistentVolume, and of the Longhorn volume behind it', () => {
    const claim = claimView(
      last('clone-pvc-same-ns-ok', 'PersistentVolumeClaim', 'cloned-pvc-1'),
    );
    const volume = persistentVolumeView(
      last('clone-pvc-same-ns-ok', 'PersistentVolume', claim.volumeName ?? ''),
    );
    expect(volume).toMatchObject({
      driver: 'driver.longhorn.io',
      capacityBytes: 10 * 2 ** 30,
      claim: {
        namespace: 'golden-images',
        name: 'cloned-pvc-1',
        uid: claim.metadata.uid,
      },
    });
    const longhorn = longhornVolumeView(
      last('clone-pvc-same-ns-ok', 'Volume', volume.volumeHandle ?? ''),
    );
    expect(longhorn).toMatchObject({
      sizeBytes: 10 * 2 ** 30,
      clone: { state: 'completed' },
      restoreRequired: false,
      restorePending: undefined,
    });
    expect(longhorn.dataSource).toMatch(/^vol:\/\/pvc-/);
  });
});

describe('views of what anybody may have written', () => {
  it.each([
    ['nothing at all', {}],
    [
      'other types',
      { spec: 'x', status: [1], involvedObject: 7, series: null },
    ],
    [
      'other types within',
      {
        spec: { source: { http: 'x' }, resources: 3, csi: [] },
        status: { conditions: 'x', cloneStatus: 1 },
      },
    ],
  ])('do not fail on %s', (_, fields) => {
    const object: RawObject = { ...named('x'), ...fields };
    for (const view of [
      dataVolumeView,
      claimView,
      persistentVolumeView,
      longhornVolumeView,
    ]) {
      expect(view(object).metadata.name).toBe('x');
    }
    expect(eventView(object)).toMatchObject({
      reason: '',
      message: '',
      count: 1,
    });
  });

  it('hold no credentials', () => {
    const secret = 'https://user:hunter2@host/x?sig=hunter2';
    const views = [
      dataVolumeView({
        ...named('x'),
        spec: { source: { http: { url: secret } } },
        status: {
          conditions: [{ type: 'Running', message: `Get "${secret}"` }],
        },
      }),
      eventView({ ...named('x'), message: `Get "${secret}"` }),
      claimView({
        metadata: {
          name: 'x',
          annotations: {
            'cdi.kubevirt.io/storage.import.endpoint': secret,
            [ANNOTATIONS.title]: 'kept',
          },
        },
      }),
    ];
    expect(JSON.stringify(views)).not.toContain('hunter2');
    expect(JSON.stringify(views)).toContain('kept');
  });

  it('take the latest time of an Event, in either form of the API', () => {
    const at = '2026-11-22T07:00:00Z';
    const later = '2026-11-22T08:00:00.123456Z';
    expect(
      eventView({
        ...named('e'),
        eventTime: at,
        series: { count: 9, lastObservedTime: later },
      }),
    ).toMatchObject({ count: 9, lastAt: later, firstAt: at });
    expect(
      eventView({
        ...named('e'),
        firstTimestamp: at,
        lastTimestamp: later,
        count: 3,
      }),
    ).toMatchObject({ count: 3, lastAt: later, firstAt: at });
  });
});

describe('helpers of CDI', () => {
  const labels = { 'velero.io/exclude-from-backup': 'true' };

  it.each(['prime-1', 'prime-1-scratch', 'tmp-pvc-1', 'tmp-source-pvc-1'])(
    '%s with their label',
    name => {
      expect(isHelper(claimView(named(name, labels)))).toBe(true);
    },
  );

  const ownedBy = (kind: string, name: string, given: object) =>
    claimView({
      metadata: {
        name,
        labels: { ...given },
        ownerReferences: [{ kind, name: 'x', uid: 'x', controller: true }],
      },
    });

  it('scratch space is that of a Pod', () => {
    expect(isHelper(ownedBy('Pod', 'disk-scratch', labels))).toBe(true);
  });

  it('of an older CDI bear only the label of the app', () => {
    const app = { app: 'containerized-data-importer' };
    expect(isHelper(claimView(named('prime-1', app)))).toBe(true);
    expect(isHelper(claimView(named('cdi-tmp-1', app)))).toBe(true);
    expect(isHelper(ownedBy('Pod', 'disk-scratch', app))).toBe(true);
  });

  it('not a disk that is left out of backups', () => {
    expect(isHelper(claimView(named('orders-scratch', labels)))).toBe(false);
    for (const name of ['orders-scratch', 'prime-time', 'tmp-pvc-of-mine']) {
      expect(isHelper(ownedBy('DataVolume', name, labels))).toBe(false);
    }
    // A generic ephemeral volume of a Pod.
    expect(isHelper(ownedBy('Pod', 'web-scratch', { app: 'web' }))).toBe(false);
  });

  it('neither a name nor a label alone', () => {
    expect(isHelper(claimView(named('orders-scratch')))).toBe(false);
    expect(isHelper(claimView(named('prime-time', { app: 'x' })))).toBe(false);
    expect(isHelper(claimView(named('orders', labels)))).toBe(false);
  });
});
