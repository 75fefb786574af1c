import {
  claim,
  CLONE_OF_IMAGE,
  event,
  inShort,
  longhornVolume,
  lookAt,
  persistentVolume,
} from './__testUtils__/objects';

describe('a claim that is not bound', () => {
  const pending = claim({ dataSource: CLONE_OF_IMAGE });
  const failed = (message: string, at: number) =>
    event({ of: 'claim-1', reason: 'ProvisioningFailed', message, at });

  it('waits for what is not there yet, and fails on what will never fit', () => {
    const missing = failed('persistentvolumeclaim "image" not found', 1);
    expect(
      lookAt('volume', { claim: pending, events: [missing] }),
    ).toMatchObject({
      state: 'waiting',
      reason: 'source-missing',
      giveUp: false,
    });
    const larger = failed(
      'the requested size (2 bytes) is different than the source volume size (1 bytes)',
      2,
    );
    expect(
      lookAt('volume', { claim: pending, events: [larger, missing] }),
    ).toMatchObject({ state: 'failing', reason: 'size-differs', giveUp: true });
  });

  it('minds no word that a success followed', () => {
    const events = [
      failed('storageclass.storage.k8s.io "nope" not found', 3),
      event({
        of: 'claim-1',
        type: 'Normal',
        reason: 'ProvisioningSucceeded',
        at: 3,
      }),
    ];
    expect(inShort(lookAt('volume', { claim: pending, events }))).toBe(
      'pending:requested',
    );
  });

  it.each([
    ['ExternalProvisioning', 'pending:requested'],
    ['WaitForFirstConsumer', 'waiting:first-consumer'],
  ])('minds no class that was added, as %s tells', (reason, expected) => {
    const missing = failed('storageclass.storage.k8s.io "nope" not found', 3);
    const events = [missing];
    expect(inShort(lookAt('volume', { claim: pending, events }))).toBe(
      'failing:storage-class-missing',
    );
    events.push(event({ of: 'claim-1', type: 'Normal', reason, at: 9 }));
    expect(inShort(lookAt('volume', { claim: pending, events }))).toBe(
      expected,
    );
  });

  it('still fails when it is left to the provisioner again', () => {
    const events = [
      failed('full', 3),
      event({
        of: 'claim-1',
        type: 'Normal',
        reason: 'ExternalProvisioning',
        at: 9,
      }),
    ];
    expect(inShort(lookAt('volume', { claim: pending, events }))).toBe(
      'failing:provisioning',
    );
  });

  it('waits for its first consumer until that has a node', () => {
    const events = [
      event({ of: 'claim-1', type: 'Normal', reason: 'WaitForFirstConsumer' }),
    ];
    expect(inShort(lookAt('volume', { claim: claim(), events }))).toBe(
      'waiting:first-consumer',
    );
    const scheduled = claim({
      annotations: { 'volume.kubernetes.io/selected-node': 'node-1' },
    });
    expect(inShort(lookAt('volume', { claim: scheduled, events }))).toBe(
      'pending:requested',
    );
  });

  it('is lost when its volume is', () => {
    expect(inShort(lookAt('volume', { claim: claim({ phase: 'Lost' }) }))).toBe(
      'lost:volume-gone',
    );
  });
});

describe('growing', () => {
  const grown = (options: Parameters<typeof claim>[0]) =>
    lookAt('volume', {
      claim: claim({ phase: 'Bound', ...options }),
      persistentVolume: persistentVolume(),
      longhornVolume: longhornVolume(),
    });

  it.each([
    ['resizing:resizing', { requested: '20Gi' }],
    [
      'resizing:resizing',
      { conditions: [{ type: 'Resizing', status: 'True' }] },
    ],
    [
      'resizing:needs-a-pod',
      {
        requested: '20Gi',
        conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
      },
    ],
  ])('is %s, and usable all the while', (expected, options) => {
    const found = grown(options);
    expect(inShort(found)).toBe(expected);
    expect(found).toMatchObject({ stage: 'usable', giveUp: false });
  });

  it('does not make an image less ready', () => {
    expect(
      lookAt('image', {
        claim: claim({ phase: 'Bound', requested: '20Gi' }),
        persistentVolume: persistentVolume(),
        longhornVolume: longhornVolume(),
      }).state,
    ).toBe('ready');
  });
});
