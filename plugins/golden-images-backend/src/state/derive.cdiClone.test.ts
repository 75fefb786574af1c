import {
  claim,
  copyByLonghorn,
  dataVolume,
  event,
  inShort,
  lookAt,
} from './__testUtils__/objects';

describe('a clone by CDI', () => {
  const clone = (phase: string, progress = 'N/A') =>
    dataVolume({
      phase,
      progress,
      source: { pvc: { namespace: 'golden-images', name: 'image' } },
      running: { status: 'True', reason: 'Pod is running' },
    });
  const target = claim({ of: 'dv-1' });
  const inUse = event({
    of: 'claim-1',
    reason: 'CloneSourceInUse',
    message: 'pod golden-images/p using PersistentVolumeClaim image',
  });

  it('waits for the Pod that uses its source, until there is a progress', () => {
    const objects = { claim: target, events: [inUse] };
    expect(
      lookAt('volume', { ...objects, dataVolume: clone('CloneInProgress') }),
    ).toMatchObject({
      state: 'waiting',
      reason: 'source-in-use',
      message: inUse.message,
    });
    expect(
      lookAt('volume', {
        ...objects,
        dataVolume: clone('CloneInProgress', '0.00%'),
      }),
    ).toMatchObject({ state: 'copying', progressPercent: 0 });
  });

  it.each(['importing', 'pending', 'failing'] as const)(
    'waits for a source that is %s',
    sourceState => {
      const objects = { claim: target, sourceState };
      expect(
        inShort(
          lookAt('volume', {
            ...objects,
            dataVolume: clone('CloneInProgress'),
          }),
        ),
      ).toBe('waiting:source-not-ready');
    },
  );

  it('waits for its source, too, before CDI has made its temporary claim', () => {
    const objects = {
      claim: target,
      dataVolume: clone('CSICloneInProgress'),
      sourceState: 'importing' as const,
    };
    expect(inShort(lookAt('volume', objects))).toBe('waiting:source-not-ready');
    const begun = event({
      of: 'claim-1',
      type: 'Normal',
      reason: 'Provisioning',
      message: '[tmp-pvc-1] : External provisioner is provisioning volume',
    });
    expect(lookAt('volume', { ...objects, events: [begun] }).state).toBe(
      'copying',
    );
  });

  it('is failing while its temporary claim is not provisioned, although its populator runs', () => {
    const failed = event({
      of: 'claim-1',
      reason: 'ProvisioningFailed',
      message:
        '[tmp-pvc-claim-1] : failed to provision volume with StorageClass "longhorn": rpc error: code = OutOfRange desc = failed to clone volume: the requested size (2 bytes) is different than the source volume size (1 bytes)',
      at: 3,
    });
    const running = { status: 'True', reason: 'Populator is running' };
    const objects = {
      claim: target,
      dataVolume: dataVolume({
        phase: 'CSICloneInProgress',
        progress: 'N/A',
        source: { pvc: { namespace: 'golden-images', name: 'image' } },
        running,
      }),
      events: [failed],
    };
    expect(lookAt('volume', objects)).toMatchObject({
      state: 'failing',
      reason: 'size-differs',
      message: expect.stringMatching(/^failed to provision volume/),
    });
    const succeeded = event({
      of: 'claim-1',
      type: 'Normal',
      reason: 'ProvisioningSucceeded',
      at: 9,
    });
    expect(
      lookAt('volume', { ...objects, events: [failed, succeeded] }).state,
    ).toBe('copying');
  });

  it.each([
    [{ status: 'True', reason: 'Populator is running' }, 'CSICloneInProgress'],
    [{ reason: 'Pending', message: 'Clone Pending' }, 'CloneScheduled'],
  ])('waits on, although two writers met before: %j', (running, phase) => {
    const race = event({
      of: 'claim-1',
      reason: 'ProvisioningFailed',
      message:
        'Error saving claim: Operation cannot be fulfilled on persistentvolumeclaims "disk": the object has been modified',
    });
    const source = { pvc: { namespace: 'golden-images', name: 'image' } };
    const objects = {
      claim: target,
      dataVolume: dataVolume({ phase, progress: 'N/A', source, running }),
      events: [race],
    };
    const inUseToo = { ...objects, events: [race, inUse] };
    expect(inShort(lookAt('volume', inUseToo, 300))).toBe(
      'waiting:source-in-use',
    );
    expect(
      inShort(lookAt('volume', { ...objects, sourceState: 'importing' }, 300)),
    ).toBe('waiting:source-not-ready');
  });

  it('does not wait for a source that is there', () => {
    expect(
      lookAt('volume', {
        claim: target,
        sourceState: 'ready',
        dataVolume: clone('CloneInProgress', '12.00%'),
      }),
    ).toMatchObject({ state: 'copying', progressPercent: 12 });
  });

  it('ends in an error of its own', () => {
    const found = lookAt('volume', {
      dataVolume: dataVolume({
        phase: 'CloneInProgress',
        source: { pvc: { namespace: 'g', name: 'image' } },
        running: { reason: 'Error', message: 'stream closed' },
      }),
      claim: target,
      events: [inUse],
    });
    expect(found).toMatchObject({ state: 'failing', reason: 'clone-error' });
  });

  it('is Succeeded before Longhorn has copied (recorded)', () => {
    const found = lookAt('volume', {
      ...copyByLonghorn({ actualSize: 100 }),
      dataVolume: clone('Succeeded', '100.0%'),
      claim: claim({ of: 'dv-1', phase: 'Bound' }),
    });
    expect(found).toMatchObject({ state: 'copying', progressPercent: 10 });
  });
});
