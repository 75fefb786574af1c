import {
  boundCopy,
  claim,
  copyByLonghorn,
  dataVolume,
  event,
  inShort,
  longhornVolume,
  lookAt,
  Looks,
  persistentVolume,
  sourceVolume,
  START_MS,
} from './__testUtils__/objects';

describe('a clone whose claim is bound', () => {
  it.each([
    ['', 'copying:copy-not-started', 'bound'],
    ['initiated', 'copying:copy-not-started', 'bound'],
    ['copy-completed-awaiting-healthy', 'usable', 'usable'],
    ['completed', 'usable', 'usable'],
    ['failed', 'failing:copy-failed', 'bound'],
  ])('with clone state "%s" is %s', (cloneState, expected, stage) => {
    const found = lookAt('volume', copyByLonghorn({ cloneState }));
    expect(inShort(found)).toBe(expected);
    expect(found.stage).toBe(stage);
  });

  it('shows what part of the source is copied, at most 99 %', () => {
    expect(lookAt('volume', copyByLonghorn({ actualSize: 421 }))).toMatchObject(
      {
        state: 'copying',
        reason: undefined,
        progressPercent: 42.1,
      },
    );
    expect(
      lookAt('volume', copyByLonghorn({ actualSize: 1_000 })).progressPercent,
    ).toBe(99);
  });

  it('never falls back, also when the source cannot be read for a while', () => {
    const looks = new Looks('volume');
    looks.at(0, copyByLonghorn({ actualSize: 400 }));
    expect(
      looks.at(1, {
        ...copyByLonghorn({ actualSize: 400 }),
        sourceLonghornVolume: sourceVolume(2_000),
      }).progressPercent,
    ).toBe(40);
    const blind = looks.at(2, {
      ...copyByLonghorn({ actualSize: 500 }),
      sourceLonghornVolume: undefined,
    });
    expect(blind).toMatchObject({ progressPercent: 40, reason: undefined });
    expect(
      looks.at(3, copyByLonghorn({ actualSize: 600 })).progressPercent,
    ).toBe(60);
  });

  it('begins anew with another volume', () => {
    const looks = new Looks('volume');
    looks.at(0, copyByLonghorn({ actualSize: 800 }));
    expect(
      looks.at(1, copyByLonghorn({ name: 'lh-2', actualSize: 100 }))
        .progressPercent,
    ).toBe(10);
  });

  it('goes on failing while the next attempt has copied nothing', () => {
    const looks = new Looks('volume');
    const first = looks.at(
      0,
      copyByLonghorn({ cloneState: 'failed', attemptCount: 1 }),
    );
    expect(first).toMatchObject({
      reason: 'copy-failed',
      attempts: 1,
      retries: true,
    });
    const second = looks.at(
      5,
      copyByLonghorn({ cloneState: 'initiated', attemptCount: 2 }),
    );
    expect(second).toMatchObject({
      state: 'failing',
      reason: 'copy-failed',
      attempts: 1,
      since: first.since,
    });
    expect(
      looks.at(6, copyByLonghorn({ attemptCount: 2, actualSize: 10 })),
    ).toMatchObject({ state: 'copying', progressPercent: 1 });
  });

  it('has one attempt behind it when Longhorn says so, although it counts none', () => {
    const failed = event({
      of: longhornVolume().metadata.uid,
      reason: 'VolumeCloneFailed',
      message: 'cannot reach the source',
    });
    const again = copyByLonghorn({ cloneState: 'initiated', attemptCount: 0 });
    expect(lookAt('volume', { ...again, events: [failed] })).toMatchObject({
      state: 'failing',
      reason: 'copy-failed',
      attempts: 1,
    });
    expect(lookAt('volume', again).state).toBe('copying');
  });

  it('has failed for good after ten attempts', () => {
    expect(
      lookAt(
        'volume',
        copyByLonghorn({ cloneState: 'failed', attemptCount: 9 }),
      ).state,
    ).toBe('failing');
    expect(
      lookAt(
        'volume',
        copyByLonghorn({ cloneState: 'failed', attemptCount: 10 }),
      ),
    ).toMatchObject({
      state: 'failed',
      reason: 'copy-attempts-exhausted',
      giveUp: true,
    });
  });

  it.each(['', 'initiated', 'failed'])(
    'with state "%s" cannot end once its source is gone',
    cloneState => {
      expect(
        lookAt('volume', {
          ...copyByLonghorn({ cloneState }),
          sourceLonghornVolume: 'missing',
        }),
      ).toMatchObject({
        state: 'failing',
        reason: 'source-gone',
        retries: false,
        giveUp: true,
      });
    },
  );

  it('does not need its source once it is copied', () => {
    expect(
      lookAt('volume', {
        ...copyByLonghorn({ cloneState: 'completed' }),
        sourceLonghornVolume: 'missing',
      }).state,
    ).toBe('usable');
  });

  it('says what Longhorn said', () => {
    const said = event({
      of: 'uid-of-lh-1',
      reason: 'VolumeCloneFailed',
      message: 'cannot find the source volume lh-source',
    });
    expect(
      lookAt('volume', {
        ...copyByLonghorn(),
        sourceLonghornVolume: 'missing',
        events: [said],
      }).message,
    ).toBe('cannot find the source volume lh-source');
  });
});

describe('a clone whose source is out of sight', () => {
  const said = (message: string) =>
    lookAt('volume', {
      ...copyByLonghorn({ cloneState: 'failed', attemptCount: 1 }),
      sourceLonghornVolume: undefined,
      events: [
        event({ of: 'uid-of-lh-1', reason: 'VolumeCloneFailed', message }),
      ],
    });

  it('cannot end once Longhorn says that it does not find it', () => {
    expect(said('cannot find the source volume lh-source')).toMatchObject({
      state: 'failing',
      reason: 'source-gone',
      giveUp: true,
    });
    expect(inShort(said('replica is offline'))).toBe('failing:copy-failed');
  });
});

describe('a volume that is bad although it was copied', () => {
  it.each([
    ['volume-faulted', { robustness: 'faulted' }],
    [
      'unschedulable',
      {
        conditions: [
          {
            type: 'Scheduled',
            status: 'False',
            reason: 'ReplicaSchedulingFailure',
            message: 'precheck new replica failed',
          },
        ],
      },
    ],
  ])('is failing: %s', (reason, status) => {
    const looks = new Looks('volume');
    expect(looks.at(0, copyByLonghorn({ cloneState: 'completed' })).state).toBe(
      'usable',
    );
    const found = looks.at(
      9,
      copyByLonghorn({
        cloneState: 'completed',
        status: { ...status, cloneStatus: { state: 'completed' } },
      }),
    );
    expect(found).toMatchObject({ state: 'failing', reason, stage: 'copied' });
    expect(found.dueAtMs).toBe(START_MS + 69_000);
  });

  it.each(['degraded', 'unknown'])('%s is health, not state', robustness => {
    expect(
      lookAt(
        'volume',
        copyByLonghorn({
          status: { robustness, cloneStatus: { state: 'completed' } },
        }),
      ).state,
    ).toBe('usable');
  });

  // From source, not recorded: longhorn-manager 1.12.
  it.each([
    [{ spec: { fromBackup: 's3://b' } }],
    [
      {
        spec: { fromBackup: 's3://b' },
        status: { restoreInitiated: true, restoreRequired: true },
      },
    ],
  ])('is not there while it is restored from a backup', options => {
    expect(
      inShort(
        lookAt('volume', {
          claim: boundCopy,
          persistentVolume: persistentVolume(),
          longhornVolume: longhornVolume(options),
        }),
      ),
    ).toBe('copying:restoring');
  });

  it('is there when it has been restored', () => {
    expect(
      lookAt('volume', {
        claim: boundCopy,
        persistentVolume: persistentVolume(),
        longhornVolume: longhornVolume({
          spec: { fromBackup: 's3://b' },
          status: { restoreInitiated: true, restoreRequired: false },
        }),
      }).state,
    ).toBe('usable');
  });
});

describe('when the copy cannot be seen', () => {
  it.each([
    ['Longhorn cannot be read', { longhornReadable: false }],
    [
      'another driver made it',
      { persistentVolume: persistentVolume('rbd.csi.ceph.com') },
    ],
  ])('%s: unknown, not guessed', (_, objects) => {
    const found = lookAt('volume', {
      claim: boundCopy,
      persistentVolume: persistentVolume(),
      ...objects,
    });
    expect(found).toMatchObject({
      state: 'unknown',
      reason: 'bound-copy-state-unknown',
      stage: 'bound',
      giveUp: false,
    });
  });

  it('what was read once is not believed any more', () => {
    expect(
      lookAt('volume', {
        ...copyByLonghorn({ cloneState: 'completed' }),
        longhornReadable: false,
      }).state,
    ).toBe('unknown');
  });

  it('a claim without a source has nothing to copy', () => {
    expect(
      lookAt('volume', {
        claim: claim({ phase: 'Bound' }),
        persistentVolume: persistentVolume('rbd.csi.ceph.com'),
      }).state,
    ).toBe('usable');
  });

  it("CDI's own copy is done before the claim is bound (recorded)", () => {
    expect(
      lookAt('volume', {
        dataVolume: dataVolume({
          phase: 'Succeeded',
          source: { pvc: { namespace: 'g', name: 'image' } },
        }),
        claim: claim({
          of: 'dv-1',
          phase: 'Bound',
          annotations: { 'cdi.kubevirt.io/cloneType': 'copy' },
        }),
        longhornReadable: false,
      }).state,
    ).toBe('usable');
  });

  it('an object that is a moment behind is not missing yet', () => {
    const looks = new Looks('volume');
    const objects = { claim: boundCopy, persistentVolume: persistentVolume() };
    expect(looks.at(0, objects)).toMatchObject({
      state: 'copying',
      dueAtMs: START_MS + 60_000,
    });
    expect(inShort(looks.at(60, objects))).toBe('lost:volume-gone');
    const withoutVolume = new Looks('volume');
    withoutVolume.at(0, { claim: boundCopy });
    expect(inShort(withoutVolume.at(60, { claim: boundCopy }))).toBe(
      'unknown:bound-copy-state-unknown',
    );
  });
});

describe('a clone that was usable', () => {
  it('is not copied anew while its volume is out of sight for a moment', () => {
    const looks = new Looks('volume');
    expect(looks.at(0, copyByLonghorn({ cloneState: 'completed' })).state).toBe(
      'usable',
    );
    for (const objects of [
      { claim: boundCopy, persistentVolume: persistentVolume() },
      { claim: boundCopy },
    ]) {
      expect(looks.at(1, objects).state).toBe('usable');
    }
  });
});
