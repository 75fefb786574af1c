import {
  claim,
  dataVolume,
  event,
  inShort,
  Looks,
  START_MS,
} from './__testUtils__/objects';

const running = dataVolume({
  phase: 'ImportInProgress',
  progress: 'N/A',
  running: { status: 'True', reason: 'Pod is running' },
});
const target = claim({ of: 'dv-1' });

describe('what is harmless unless it lasts', () => {
  it.each([
    ['Unschedulable', 'scheduling'],
    ['ContainerCreating', 'pod-not-starting'],
    ['Scratch space required', 'scratch-space'],
    ['ErrStartingPod', 'pod-not-starting'],
  ])('%s counts after 60 s, and ends a wait 60 s later', (reason, expected) => {
    const looks = new Looks('image');
    const objects = {
      dataVolume: dataVolume({ phase: 'ImportScheduled', running: { reason } }),
    };
    expect(looks.at(0, objects)).toMatchObject({
      state: 'importing',
      dueAtMs: START_MS + 60_000,
    });
    expect(looks.at(59, objects).state).toBe('importing');
    expect(inShort(looks.at(60, objects))).toBe(`failing:${expected}`);
    expect(looks.at(119, objects).giveUp).toBe(false);
    expect(looks.at(120, objects).giveUp).toBe(true);
  });

  it('is forgotten when it is over in between', () => {
    const looks = new Looks('image');
    const creating = {
      dataVolume: dataVolume({
        phase: 'ImportScheduled',
        running: { reason: 'ContainerCreating' },
      }),
    };
    looks.at(0, creating);
    looks.at(50, { dataVolume: running });
    looks.at(55, creating);
    expect(looks.at(70, creating).state).toBe('importing');
  });

  it('two writers that meet are no failure', () => {
    const races = [
      event({
        of: 'claim-1',
        reason: 'ProvisioningFailed',
        message:
          '[prime-claim-1] : Error saving claim: Operation cannot be fulfilled on persistentvolumeclaims "prime-claim-1": the object has been modified; please apply your changes to the latest version and try again',
      }),
      event({
        of: 'claim-1',
        reason: 'ErrCreatingPVCPrime',
        message: 'persistentvolumeclaims "prime-claim-1" already exists',
      }),
    ];
    const looks = new Looks('image');
    const objects = {
      dataVolume: dataVolume({ phase: 'Pending' }),
      claim: target,
      events: races,
    };
    expect(looks.at(1, objects)).toMatchObject({
      state: 'pending',
      dueAtMs: START_MS + 60_000,
    });
    expect(inShort(looks.at(60, objects))).toBe('failing:provisioning');
  });
});

describe('quota', () => {
  const QUOTA =
    'persistentvolumeclaims "x" is forbidden: exceeded quota: storage-quota, requested: requests.storage=20Gi';

  it('counts when its text stays for 10 s', () => {
    const looks = new Looks('image');
    const refused = {
      dataVolume: dataVolume({
        phase: 'Pending',
        bound: { reason: 'ErrExceededQuota', message: QUOTA },
      }),
    };
    expect(looks.at(0, refused)).toMatchObject({
      state: 'pending',
      dueAtMs: START_MS + 10_000,
    });
    expect(looks.at(10, refused)).toMatchObject({
      state: 'failing',
      reason: 'quota',
      message: QUOTA,
      giveUp: false,
    });
  });

  it('of the temporary claim is told by an Event alone (recorded)', () => {
    const looks = new Looks('image');
    const objects = {
      dataVolume: dataVolume({
        bound: { reason: 'Pending', message: 'PVC disk Pending' },
      }),
      claim: target,
      events: [
        event({
          of: 'claim-1',
          reason: 'ErrCreatingPVCPrime',
          message: QUOTA,
          count: 2,
        }),
      ],
    };
    looks.at(0, objects);
    expect(inShort(looks.at(10, objects))).toBe('failing:quota');
  });

  it('of the claim itself is over when that is there', () => {
    const looks = new Looks('image');
    const refused = event({ reason: 'ErrExceededQuota', message: QUOTA });
    const events = [refused];
    const before = dataVolume({ phase: 'Pending' });
    looks.at(0, { dataVolume: before, events });
    expect(inShort(looks.at(10, { dataVolume: before, events }))).toBe(
      'failing:quota',
    );
    const freed = dataVolume({
      phase: 'Pending',
      bound: { reason: 'Pending', message: 'PVC disk Pending' },
    });
    expect(
      inShort(looks.at(20, { dataVolume: freed, claim: target, events })),
    ).toBe('pending:requested');
  });

  it('is over when CDI has made the Pod that was refused its claim', () => {
    const looks = new Looks('image');
    const refused = event({
      of: 'claim-1',
      reason: 'ErrCreatingPVCPrime',
      message: QUOTA,
      at: 1,
    });
    const stuck = {
      dataVolume: dataVolume({
        phase: 'ImportInProgress',
        bound: { reason: 'Pending', message: `[prime-claim-1] : ${QUOTA}` },
        running: { reason: 'Scratch space required' },
      }),
      claim: target,
      events: [refused],
    };
    looks.at(1, stuck);
    expect(inShort(looks.at(11, stuck))).toBe('failing:quota');
    const next = event({
      of: 'dv-1',
      type: 'Normal',
      reason: 'ImportScheduled',
      message: 'Import into disk scheduled',
      at: 12,
    });
    expect(looks.at(13, { ...stuck, events: [refused, next] }).state).toBe(
      'importing',
    );
  });

  it('of scratch space stops an import under way, and an old text means nothing when it goes on', () => {
    const looks = new Looks('image');
    const bound = {
      reason: 'Pending',
      message: `target PVC disk Pending and [prime-claim-1] : ${QUOTA}`,
    };
    const stuck = {
      dataVolume: dataVolume({
        phase: 'ImportInProgress',
        bound,
        running: { reason: 'Scratch space required' },
      }),
      claim: target,
    };
    looks.at(0, stuck);
    expect(inShort(looks.at(10, stuck))).toBe('failing:quota');
    const goesOn = dataVolume({
      phase: 'ImportScheduled',
      bound,
      running: { reason: 'ContainerCreating' },
    });
    expect(looks.at(15, { dataVolume: goesOn, claim: target }).state).toBe(
      'importing',
    );
  });
});

describe('a claim that is refused to CDI without a word', () => {
  const absent = dataVolume({
    phase: 'Pending',
    bound: { reason: 'NotFound', message: 'No PVC found' },
  });

  it('asks after 10 s for a try, and shows its answer', () => {
    const looks = new Looks('image');
    expect(looks.at(0, { dataVolume: absent }).needsDryRun).toBeUndefined();
    const found = looks.at(10, { dataVolume: absent });
    expect(found).toMatchObject({
      state: 'failing',
      reason: 'claim-refused',
      message: 'No PVC found',
      needsDryRun: true,
    });
    const dryRunRefusal =
      'persistentvolumeclaims "disk" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi';
    expect(looks.at(11, { dataVolume: absent, dryRunRefusal })).toMatchObject({
      state: 'failing',
      reason: 'limit-range',
      message: dryRunRefusal,
      giveUp: true,
      needsDryRun: undefined,
    });
  });

  it('is not suspected while CDI measures the source, or a predecessor has the name', () => {
    const looks = new Looks('volume');
    const measuring = {
      dataVolume: absent,
      events: [event({ type: 'Normal', reason: 'SizeDetectionPodNotReady' })],
    };
    looks.at(0, measuring);
    expect(looks.at(60, measuring).state).toBe('pending');
    const former = { dataVolume: absent, claim: claim({ of: 'dv-0' }) };
    const others = new Looks('image');
    others.at(0, former);
    expect(others.at(60, former).state).toBe('pending');
  });
});
