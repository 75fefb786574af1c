import {
  claim,
  dataVolume,
  event,
  inShort,
  lookAt,
  Looks,
} from './__testUtils__/objects';

const CLONE = { pvc: { namespace: 'golden-images', name: 'image' } };
const RUNS = { status: 'True', reason: 'Pod is running' };
const LOST_RACE =
  'Operation cannot be fulfilled on persistentvolumeclaims "tmp-pvc-1": the object has been modified; please apply your changes to the latest version and try again';

describe('a Pod that was evicted', () => {
  const failedPod = claim({
    of: 'dv-1',
    annotations: { 'cdi.kubevirt.io/storage.pod.phase': 'Failed' },
  });

  it('has failed: CDI sets the phase back, and leaves the condition', () => {
    const evicted = {
      dataVolume: dataVolume({
        phase: 'ImportScheduled',
        progress: '12.00%',
        running: RUNS,
      }),
      claim: failedPod,
    };
    const message = 'Failed to import into PVC disk';
    const events = [event({ reason: 'ImportFailed', message, at: 9 })];
    expect(lookAt('image', { ...evicted, events })).toMatchObject({
      state: 'failing',
      reason: 'import-error',
      message,
      attempts: 1,
    });
    expect(lookAt('image', evicted).state).toBe('failing');
  });

  it('is no error of its own when the import is about to be Failed (recorded)', () => {
    const running = dataVolume({
      phase: 'ImportInProgress',
      progress: '84.10%',
      running: RUNS,
    });
    const objects = { dataVolume: running, claim: failedPod };
    expect(lookAt('image', objects).state).toBe('importing');
  });
});

describe('an attempt that ended', () => {
  it.each(['ContainerStatusUnknown', 'ContainerCannotRun', 'StartError'])(
    'in what the container runtime calls %s has failed',
    reason => {
      const ended = dataVolume({
        phase: 'ImportInProgress',
        progress: '12.00%',
        running: { reason },
      });
      expect(lookAt('image', { dataVolume: ended }).state).toBe('failing');
    },
  );

  const copy = (progress: string, running: object, restartCount = 0) => ({
    dataVolume: dataVolume({
      phase: 'CloneInProgress',
      progress,
      source: CLONE,
      restartCount,
      running,
    }),
  });

  it('has failed when one of two Pods that stand still has', () => {
    const looks = new Looks('volume');
    const both = { reason: 'Completed and Error', message: ' and exit 1' };
    expect(inShort(looks.at(1, copy('20.00%', both)))).toBe(
      'failing:clone-error',
    );
    expect(inShort(looks.at(2, copy('20.00%', RUNS, 1)))).toBe(
      'failing:clone-error',
    );
  });

  it('has failed when the Pod of the source was started again, until bytes flow', () => {
    const looks = new Looks('volume');
    expect(looks.at(1, copy('37.50%', RUNS)).state).toBe('copying');
    expect(looks.at(5, copy('37.50%', RUNS, 1))).toMatchObject({
      state: 'failing',
      reason: 'clone-error',
      attempts: 1,
    });
    expect(looks.at(6, copy('37.50%', RUNS, 1)).state).toBe('failing');
    expect(looks.at(9, copy('5.00%', RUNS, 1)).state).toBe('copying');
  });

  it('well is not followed by the error before it', () => {
    const looks = new Looks('image');
    const events = [event({ reason: 'Error', message: 'got 503', at: 1 })];
    const ended = (running: object, restartCount: number) => ({
      dataVolume: dataVolume({
        phase: 'ImportInProgress',
        progress: 'N/A',
        restartCount,
        running,
      }),
      events,
    });
    const failed = { reason: 'Error', message: 'got 503' };
    expect(looks.at(1, ended(failed, 0)).state).toBe('failing');
    expect(looks.at(9, ended({ reason: 'Completed' }, 1)).state).toBe(
      'importing',
    );
  });
});

describe('a clone by CDI that has an error', () => {
  const clone = (running: object, phase = 'CSICloneInProgress') =>
    dataVolume({ phase, progress: 'N/A', source: CLONE, running });
  const said = (message: string) => [event({ reason: 'Error', message })];

  it('goes on once its steps go well, which have no progress', () => {
    const message = 'no space for a snapshot';
    const events = said(message);
    const looks = new Looks('volume');
    const failed = clone({ reason: 'Error', message }, 'CloneScheduled');
    expect(inShort(looks.at(1, { dataVolume: failed, events }))).toBe(
      'failing:clone-error',
    );
    const pending = clone({ reason: 'Pending' }, 'CloneScheduled');
    expect(looks.at(2, { dataVolume: pending, events }).state).toBe('failing');
    const runs = clone({ status: 'True', reason: 'Populator is running' });
    expect(looks.at(3, { dataVolume: runs, events }).state).toBe('copying');
    const done = clone({ reason: 'Completed' }, 'RebindInProgress');
    expect(looks.at(4, { dataVolume: done, events }).state).toBe('copying');
  });

  it('has none when two writers met, unless that stays', () => {
    const looks = new Looks('volume');
    const lost = {
      dataVolume: clone({ reason: 'Error', message: LOST_RACE }),
      events: said(LOST_RACE),
    };
    expect(looks.at(1, lost).state).toBe('copying');
    expect(inShort(looks.at(61, lost))).toBe('failing:clone-error');
  });
});

describe('a Pod that does not start', () => {
  it('counts after 60 s, also where its init container is what it waits for', () => {
    const looks = new Looks('image');
    const initializing = dataVolume({
      phase: 'ImportScheduled',
      progress: 'N/A',
      source: { vddk: { url: 'https://vcenter' } },
      running: { reason: 'PodInitializing' },
    });
    expect(looks.at(0, { dataVolume: initializing }).state).toBe('importing');
    expect(inShort(looks.at(60, { dataVolume: initializing }))).toBe(
      'failing:pod-not-starting',
    );
  });

  it('counts after 60 s, also where there are two', () => {
    const looks = new Looks('volume');
    const creating = dataVolume({
      phase: 'CloneScheduled',
      source: CLONE,
      running: { reason: 'ContainerCreating and ContainerCreating' },
    });
    looks.at(0, { dataVolume: creating });
    expect(inShort(looks.at(60, { dataVolume: creating }))).toBe(
      'failing:pod-not-starting',
    );
  });

  it('is over once it runs, as the next phase tells', () => {
    const message = 'failed to pull image: r/x';
    const events = [
      event({ reason: 'ImagePullFailed', message, at: 4 }),
      event({ type: 'Normal', reason: 'ImportInProgress', at: 30 }),
    ];
    const runs = dataVolume({
      phase: 'ImportInProgress',
      progress: 'N/A',
      source: { registry: { url: 'docker://r/x', pullMethod: 'node' } },
      running: RUNS,
    });
    expect(lookAt('image', { dataVolume: runs, events }, 31).state).toBe(
      'importing',
    );
  });
});

describe('a first consumer that has come', () => {
  it('is not waited for, although CDI still says so', () => {
    const dataVolumes = dataVolume({ phase: 'WaitForFirstConsumer' });
    const annotations = { 'volume.kubernetes.io/selected-node': 'node-1' };
    const objects = {
      dataVolume: dataVolumes,
      claim: claim({ of: 'dv-1', annotations }),
    };
    expect(inShort(lookAt('image', objects))).toBe('pending:requested');
    const events = [
      event({ of: 'claim-1', reason: 'ProvisioningFailed', message: 'full' }),
    ];
    expect(inShort(lookAt('image', { ...objects, events }))).toBe(
      'failing:provisioning',
    );
    const before = { ...objects, claim: claim({ of: 'dv-1' }) };
    expect(inShort(lookAt('image', before))).toBe('waiting:first-consumer');
  });
});
