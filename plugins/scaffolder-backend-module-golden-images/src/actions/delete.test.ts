import { parse } from 'yaml';
import { refusal } from '../__testUtils__/FakeGoldenImagesService';
import { harness } from '../__testUtils__/runAction';
import { deleteInput } from '../lib/inputs';
import { createDeleteAction } from './delete';
import { examples } from './delete.examples';

const input = { kind: 'volume', namespace: 'team-a-dev', name: 'orders-disk' };
const image = { kind: 'image', name: 'linux-1' };
const deleting = { state: 'deleting', outcome: 'gone' } as const;
const gone = { outcome: 'gone', absent: true } as const;

function setUp() {
  const { goldenImages, dependencies, run } = harness();
  goldenImages.uids.set('volume/orders-disk', 'uid-1');
  goldenImages.uids.set('image/linux-1', 'uid-2');
  goldenImages.steps = [gone];
  return { goldenImages, run, action: createDeleteAction(dependencies) };
}

describe('golden-images:delete', () => {
  it('deletes a clone and waits until it is gone', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.steps = [deleting, deleting, gone];
    const { error, outputs, lines } = await run(action, input);
    expect(error).toBeUndefined();
    expect(outputs).toEqual({
      cluster: 'dev-1',
      namespace: 'team-a-dev',
      claimName: 'orders-disk',
      outcome: 'deleted',
    });
    expect(goldenImages.deleted).toEqual(['orders-disk uid-1']);
    expect(lines.at(0)).toContain('is deleted, with all that was in it');
    expect(lines.at(-1)).toBe('Volume team-a-dev/orders-disk: it is gone');
    // The wait may outlive the token of whoever asked.
    expect(goldenImages.asked.at(-1)).toEqual({
      method: 'getWaitStatus',
      principal: 'service',
    });
  });

  it('says so when there is nothing to do', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.uids.clear();
    const { error, outputs, lines } = await run(action, input);
    expect(error).toBeUndefined();
    expect(outputs.outcome).toBe('already-gone');
    expect(lines).toEqual([
      'Volume team-a-dev/orders-disk: it was gone already',
    ]);
  });

  it('deletes in a re-run the one that was meant, never another of its name', async () => {
    const { goldenImages, run, action } = setUp();
    // The first run ends after it has seen what is meant, before it asks.
    const deleteVolume = goldenImages.deleteVolume.bind(goldenImages);
    goldenImages.deleteVolume = async (request, options) => {
      if (!request.dryRun) throw new Error('killed');
      return deleteVolume(request, options);
    };
    const first = await run(action, input);
    expect(first.error?.message).toBe('killed');
    goldenImages.deleteVolume = deleteVolume;
    goldenImages.uids.set('volume/orders-disk', 'uid-of-another');
    const second = await run(action, input, { keepCheckpoints: true });
    expect(second.error).toBeUndefined();
    expect(second.outputs.outcome).toBe('deleted');
    expect(second.lines).toEqual([
      'Volume team-a-dev/orders-disk: it was there when this step began, and is not any more: it was deleted',
    ]);
    expect(goldenImages.deleted).toEqual([]);
  });

  it.each([
    ['volume', input],
    ['image', image],
  ] as const)(
    'says that a %s is deleted whose first order was carried out, but not answered',
    async (kind, given) => {
      const { goldenImages, run, action } = setUp();
      const method = kind === 'volume' ? 'deleteVolume' : 'retireImage';
      const remove = goldenImages[method].bind(goldenImages) as (
        request: { name: string; dryRun?: boolean },
        options: unknown,
      ) => Promise<never>;
      let orders = 0;
      goldenImages[method] = async (
        request: { name: string; dryRun?: boolean },
        options: unknown,
      ) => {
        const answer = await remove(request, options);
        if (request.dryRun) return answer;
        orders += 1;
        goldenImages.uids.delete(`${kind}/${request.name}`);
        throw orders === 1 ? new TypeError('fetch failed') : new Error('late');
      };
      const { error, outputs } = await run(action, { ...given });
      expect(error).toBeUndefined();
      expect(outputs.outcome).toBe('deleted');
      expect(goldenImages.deleted).toHaveLength(1);
    },
  );

  it('only waits in a re-run where it was asked for already', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.steps = [
      { throws: await refusal(400, 'InputError', 'killed') },
    ];
    expect((await run(action, input)).error).toBeDefined();
    goldenImages.steps = [gone];
    const { outputs } = await run(action, input, { keepCheckpoints: true });
    expect(outputs.outcome).toBe('deleted');
    expect(goldenImages.deleted).toHaveLength(1);
  });

  it('leaves another of its name alone where a uid is given', async () => {
    const { goldenImages, run, action } = setUp();
    const { outputs } = await run(action, { ...input, uid: 'uid-before' });
    expect(outputs.outcome).toBe('already-gone');
    expect(goldenImages.deleted).toEqual([]);
  });

  it('asks again while the backend restarts', async () => {
    const { goldenImages, run, action } = setUp();
    const deleteVolume = goldenImages.deleteVolume.bind(goldenImages);
    let lost = 2;
    goldenImages.deleteVolume = async (request, options) => {
      lost -= 1;
      if (lost >= 0) throw new TypeError('fetch failed');
      return deleteVolume(request, options);
    };
    const { error, lines } = await run(action, input);
    expect(error).toBeUndefined();
    expect(lines[0]).toContain('does not answer at the moment; asking again');
    expect(goldenImages.deleted).toEqual(['orders-disk uid-1']);
  });

  it('refuses with the reason before anything is written', async () => {
    const { goldenImages, run, action } = setUp();
    const conflict = await refusal(
      409,
      'ConflictError',
      'its bytes are still on their way',
    );
    goldenImages.deleteVolume = async () => {
      throw conflict;
    };
    const { error } = await run(action, input);
    expect(error).toMatchObject({
      name: 'ConflictError',
      message: 'its bytes are still on their way',
    });
  });

  it('ends at its time-out and on cancel, and says that it goes on', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.steps = [deleting];
    const late = await run(action, { ...input, timeoutSeconds: 30 });
    expect(late.error?.message).toMatch(/not gone within 30 s.*Being deleted/);
    expect(late.error?.message).toContain('to be deleted all the same');
    const controller = new AbortController();
    controller.abort();
    const cancelled = await run(action, input, { signal: controller.signal });
    expect(cancelled.error?.message).toContain('the wait was cancelled');
    expect(goldenImages.released).toEqual([]);
  });

  it('retires an image, lists its clones, and notices when that is called off', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.dependents = {
      clones: [
        { namespace: 'team-a-dev', name: 'orders-disk', state: 'usable' },
      ],
      otherClones: 2,
    };
    const retiring = {
      state: 'ready',
      outcome: 'usable',
      retirement: { waitingFor: 'a copy' },
    } as const;
    goldenImages.steps = [retiring, { ...deleting }, gone];
    const done = await run(action, image);
    expect(done.error).toBeUndefined();
    expect(done.lines[0]).toBe(
      'Image golden-images/linux-1: it is retired. Its clones stay: team-a-dev/orders-disk, 2 more',
    );
    expect(done.outputs).toMatchObject({
      namespace: 'golden-images',
      outcome: 'deleted',
      clones: ['team-a-dev/orders-disk'],
    });
  });

  it('fails when the retirement is called off', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.steps = [{ state: 'ready', outcome: 'usable' }];
    const { error } = await run(action, image);
    expect(error?.message).toContain('somebody called that off');
  });

  it('refuses to retire with all that is in the way', async () => {
    const { goldenImages, run, action } = setUp();
    goldenImages.dependents = {
      blockers: ['It is current.', 'It is on hold.'],
    };
    const { error } = await run(action, image);
    expect(error).toMatchObject({
      name: 'ConflictError',
      message: 'It is current.\nIt is on hold.',
    });
    expect(goldenImages.deleted).toEqual([]);
  });

  it('asks the server in a dry run', async () => {
    const { goldenImages, run, action } = setUp();
    const { outputs, error } = await run(action, input, { isDryRun: true });
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({ outcome: 'predicted', predicted: true });
    expect(goldenImages.deleted).toEqual([]);
    expect(goldenImages.asked.map(({ method }) => method)).toContain(
      'deleteVolume',
    );
  });

  it.each([
    [{ ...input, cluster: 'prod' }, /^cluster: there is no "prod"/],
    [{ kind: 'volume', name: 'orders-disk' }, /^namespace: is missing/],
  ])('names what is wrong with %j', async (wrong, message) => {
    const { run, action } = setUp();
    const { error } = await run(action, wrong);
    expect(error?.name).toBe('InputError');
    expect(error?.message).toMatch(message);
  });

  it.each(examples)('runs its example: $description', async ({ example }) => {
    const { goldenImages, run, action } = setUp();
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    const stepInput = deleteInput.parse(step.input);
    expect(stepInput).toEqual(step.input);
    goldenImages.uids.set(`${stepInput.kind}/${stepInput.name}`, 'uid-3');
    if (stepInput.uid) {
      goldenImages.uids.set(`volume/${stepInput.name}`, stepInput.uid);
    }
    const { error, outputs } = await run(action, step.input);
    expect(error).toBeUndefined();
    expect(outputs.outcome).toBe(
      stepInput.wait === false ? 'asked' : 'deleted',
    );
    expect(goldenImages.deleted).toHaveLength(1);
  });
});
