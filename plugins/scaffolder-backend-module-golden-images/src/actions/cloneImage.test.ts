import { mockCredentials } from '@backstage/backend-test-utils';
import { parse } from 'yaml';
import { harness } from '../__testUtils__/runAction';
import { cloneInput } from '../lib/inputs';
import { createCloneImageAction } from './cloneImage';
import { examples } from './cloneImage.examples';

const input = { image: 'linux', namespace: 'team-a-dev', name: 'orders-disk' };
const usable = { state: 'usable', outcome: 'usable', stage: 'usable' } as const;

describe('golden-images:clone', () => {
  it('waits through the copy and gives what later steps need', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [
      { state: 'pending' },
      { state: 'copying', stage: 'bound', reason: 'copy-not-started' },
      { state: 'copying', stage: 'bound', progressPercent: 42 },
      usable,
    ];
    const { outputs, lines, error } = await run(
      createCloneImageAction(dependencies),
      input,
    );

    expect(error).toBeUndefined();
    expect(outputs).toEqual({
      cluster: 'dev-1',
      namespace: 'team-a-dev',
      claimName: 'orders-disk',
      uid: 'uid-1',
      size: '1Gi',
      sizeBytes: 2 ** 30,
      image: 'linux',
      version: '1',
      entityRef: 'component:default/orders',
      state: 'usable',
      waitHandle: 'v1.volume.orders-disk',
      content: 'disk-file',
      podSnippet: expect.any(String),
      machineSnippet: expect.any(String),
      volumesSnippet: outputs.machineSnippet,
      links: [
        {
          title: 'Open orders',
          icon: 'catalog',
          entityRef: 'component:default/orders',
        },
      ],
    });
    const disk = {
      name: 'disk',
      persistentVolumeClaim: { claimName: 'orders-disk' },
    };
    expect(parse(String(outputs.podSnippet)).volumes).toEqual([disk]);
    expect(parse(String(outputs.machineSnippet))).toMatchObject({
      kind: 'VirtualMachine',
      spec: { template: { spec: { volumes: [disk] } } },
    });
    expect(lines).toEqual([
      'The bytes of this image are not verified',
      'Volume team-a-dev/orders-disk: the clone was accepted',
      'Volume team-a-dev/orders-disk: Requested',
      'Volume team-a-dev/orders-disk: Copying: not started yet',
      'Volume team-a-dev/orders-disk: Copying, 42 %',
      'Volume team-a-dev/orders-disk: Ready to use',
    ]);
  });

  it('goes on for longer than a user token lives', async () => {
    const { goldenImages, clock, dependencies, run } = harness();
    const tokenLifeMs = 3_600_000;
    goldenImages.steps = [
      ...Array.from(
        { length: 2_000 },
        () => ({ state: 'copying', stage: 'bound' } as const),
      ),
      usable,
    ];
    const { error } = await run(
      createCloneImageAction(dependencies),
      { ...input, timeoutSeconds: 12 * 3600 },
      {
        getInitiatorCredentials: async () => {
          if (clock.nowMs() > tokenLifeMs)
            throw new Error('the token of the user has expired');
          return mockCredentials.user('user:default/dana');
        },
      },
    );
    expect(error).toBeUndefined();
    expect(clock.nowMs()).toBeGreaterThan(2 * tokenLifeMs);
    expect(goldenImages.asked[0]).toEqual({
      method: 'cloneImage',
      principal: 'user:default/dana',
    });
    expect(
      new Set(goldenImages.asked.slice(1).map(({ principal }) => principal)),
    ).toEqual(new Set(['service']));
  });

  it('ends at "accepted" where that is asked for', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'pending' }];
    const { outputs, error } = await run(createCloneImageAction(dependencies), {
      ...input,
      waitFor: 'accepted',
    });
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({
      state: 'pending',
      waitHandle: 'v1.volume.orders-disk',
    });
  });

  it('gives the handle also when those who watch have not seen the volume yet', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'pending', unseen: true }];
    const { outputs, error } = await run(createCloneImageAction(dependencies), {
      ...input,
      waitFor: 'accepted',
    });
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({
      claimName: 'orders-disk',
      state: 'pending',
      waitHandle: 'v1.volume.orders-disk',
    });
  });

  it('leaves one object when it runs twice, and twice at the same time', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [usable];
    const action = createCloneImageAction(dependencies);
    const first = await run(action, input);
    const [second, third] = await Promise.all([
      run(action, input),
      run(action, input),
    ]);
    expect(goldenImages.objects.size).toBe(1);
    expect(second.outputs).toEqual(first.outputs);
    expect(third.outputs).toEqual(first.outputs);
    expect(second.lines).toContain(
      'Volume team-a-dev/orders-disk: the same clone was asked for before',
    );
  });

  it('refuses other inputs under the same name', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [usable];
    const action = createCloneImageAction(dependencies);
    await run(action, input);
    const { error } = await run(action, { ...input, size: '2Gi' });
    expect(error?.name).toBe('ConflictError');
  });

  it('does not ask again after a recovery, but holds the handle against the object', async () => {
    const { goldenImages, dependencies, run } = harness();
    const action = createCloneImageAction(dependencies);
    goldenImages.steps = [usable];
    await run(action, input);
    goldenImages.steps = [
      { state: 'deleting', outcome: 'gone', stage: 'accepted' },
    ];
    goldenImages.asked.length = 0;
    const { error } = await run(action, input, {
      keepCheckpoints: true,
      getInitiatorCredentials: async () => {
        throw new Error('the token of the user has expired');
      },
    });
    expect(error?.message).toContain('Being deleted');
    expect(goldenImages.asked).toEqual([
      { method: 'getWaitStatus', principal: 'service' },
    ]);
  });

  it('fails with the reason, what to do and what was left', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.releaseSentence =
      'The volume was never ready; it was deleted.';
    goldenImages.steps = [
      {
        state: 'failing',
        outcome: 'failed',
        reason: 'quota',
        retries: true,
        message: 'exceeded quota: storage, requested: requests.storage=10Gi',
        remedy: 'Free space in the namespace or ask for a larger quota.',
      },
    ];
    const { error, outputs } = await run(
      createCloneImageAction(dependencies),
      input,
    );
    expect(error?.message).toBe(
      [
        'Volume team-a-dev/orders-disk: Not all right: the quota of the namespace is exceeded. Being tried again.',
        'The cluster says: exceeded quota: storage, requested: requests.storage=10Gi',
        'What to do: Free space in the namespace or ask for a larger quota.',
        'The volume was never ready; it was deleted.',
      ].join('\n'),
    );
    expect(outputs).toEqual({});
    expect(goldenImages.released).toEqual(['v1.volume.orders-disk']);
  });

  it('ends at once where the state of the copy cannot be seen, unless that is accepted', async () => {
    const unknown = {
      state: 'unknown',
      outcome: 'unknown',
      stage: 'bound',
      reason: 'bound-copy-state-unknown',
    } as const;
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [unknown];
    const action = createCloneImageAction(dependencies);
    const refused = await run(action, input);
    expect(refused.error?.message).toContain(
      'whether the copy is done cannot be seen here',
    );
    expect(goldenImages.released).toEqual([]);
    const accepted = await run(action, { ...input, acceptUnknown: true });
    expect(accepted.error).toBeUndefined();
    expect(accepted.outputs.state).toBe('unknown');
  });

  it('writes nothing in a dry run', async () => {
    const { goldenImages, dependencies, run } = harness();
    const { outputs, error } = await run(
      createCloneImageAction(dependencies),
      input,
      {
        isDryRun: true,
      },
    );
    expect(error).toBeUndefined();
    expect(goldenImages.objects.size).toBe(0);
    expect(outputs).toMatchObject({
      claimName: 'orders-disk',
      namespace: 'team-a-dev',
    });
    expect(outputs).toMatchObject({
      predicted: true,
      waitHandle: expect.stringMatching(/^dry-run\./),
    });
  });

  it('asks for all that the backend takes, and does not wait where that is asked for', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'pending' }];
    const { error, outputs } = await run(createCloneImageAction(dependencies), {
      ...input,
      version: '1',
      imageNamespace: 'golden-images',
      accessModes: ['ReadWriteMany'],
      bindImmediately: true,
      wait: false,
    });
    expect(error).toBeUndefined();
    expect(outputs.state).toBe('pending');
    expect(JSON.parse(goldenImages.objects.get('orders-disk')!)).toEqual({
      namespace: 'team-a-dev',
      name: 'orders-disk',
      image: { name: 'linux', namespace: 'golden-images', version: '1' },
      accessModes: ['ReadWriteMany'],
      bindImmediately: true,
    });
  });

  it.each(examples)('runs its example: $description', async ({ example }) => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [usable];
    const action = createCloneImageAction(dependencies);
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    expect(cloneInput.parse(step.input)).toEqual(step.input);
    const { error } = await run(action, step.input);
    expect(error).toBeUndefined();
    expect(goldenImages.objects.has('orders-disk')).toBe(true);
  });
});
