import { parse } from 'yaml';
import { refusal } from '../__testUtils__/FakeGoldenImagesService';
import { harness } from '../__testUtils__/runAction';
import { waitInput } from '../lib/inputs';
import { createWaitAction } from './wait';
import { examples } from './wait.examples';

const handle = { waitHandle: 'v1.volume.orders-disk' };
const usable = { state: 'usable', outcome: 'usable', stage: 'usable' } as const;

describe('golden-images:wait', () => {
  it('waits by a handle without asking for the initiator', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [usable];
    const { error, lines } = await run(createWaitAction(dependencies), handle, {
      getInitiatorCredentials: async () => {
        throw new Error('the token of the user has expired');
      },
    });
    expect(error).toBeUndefined();
    expect(lines).toEqual(['Volume team-a-dev/orders-disk: Ready to use']);
  });

  it('names what is missing', async () => {
    const { dependencies, run } = harness();
    const { error } = await run(createWaitAction(dependencies), {
      kind: 'volume',
    });
    expect(error?.name).toBe('InputError');
    expect(error?.message).toMatch(/^waitHandle: is missing/);
  });

  it('stops on cancel and says what became of the object', async () => {
    const { goldenImages, dependencies, run } = harness();
    const controller = new AbortController();
    goldenImages.steps = [{ state: 'copying' }];
    const delay = dependencies.clock.delay;
    dependencies.clock.delay = async (ms, signal) => {
      controller.abort();
      await delay(ms, signal);
    };
    const { error } = await run(createWaitAction(dependencies), handle, {
      signal: controller.signal,
    });
    expect(error?.message).toBe(
      'Volume team-a-dev/orders-disk: the wait was cancelled\nNothing was left behind.',
    );
    expect(goldenImages.released).toEqual([handle.waitHandle]);
    // A handle is typed in by anybody: the backend holds it against the author.
    expect(goldenImages.heldFor).toEqual([
      'user:default/dana',
      'user:default/dana',
    ]);
  });

  it('throws at the time-out', async () => {
    const { goldenImages, clock, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'copying', progressPercent: 3 }];
    const { error } = await run(createWaitAction(dependencies), {
      ...handle,
      timeoutSeconds: 60,
    });
    expect(clock.nowMs()).toBe(60_000);
    expect(error?.message).toContain(
      'not usable within 60 s. Last seen: Copying, 3 %',
    );
  });

  it('asks again for its handle while the backend restarts', async () => {
    const { goldenImages, dependencies, run } = harness();
    const createWait = goldenImages.createWait.bind(goldenImages);
    let lost = 2;
    goldenImages.createWait = async (request, options) => {
      lost -= 1;
      if (lost >= 0) throw new TypeError('fetch failed');
      return createWait(request, options);
    };
    goldenImages.steps = [usable];
    const { error, lines } = await run(createWaitAction(dependencies), {
      kind: 'volume',
      namespace: 'team-a-dev',
      name: 'orders-disk',
    });
    expect(error).toBeUndefined();
    expect(lines[0]).toContain('does not answer at the moment; asking again');
    expect(lines.at(-1)).toContain('Ready to use');
  });

  it('outlasts a backend that is away for a while', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [
      { throws: new TypeError('fetch failed') },
      { throws: await refusal(503, 'ServiceUnavailableError', 'starting') },
      usable,
    ];
    const { error, lines } = await run(createWaitAction(dependencies), handle);
    expect(error).toBeUndefined();
    expect(lines[0]).toBe(
      'The wait: The portal does not answer at the moment; asking again',
    );
    expect(lines).toHaveLength(2);
  });

  it('does not repeat a question that was refused', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [
      { throws: await refusal(400, 'InputError', 'waitHandle: is not one') },
    ];
    const { error } = await run(createWaitAction(dependencies), handle);
    expect(error?.name).toBe('ResponseError');
    expect(goldenImages.asked).toHaveLength(1);
  });

  it('logs progress at a human rate', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [
      ...Array.from(
        { length: 90 },
        (_, progressPercent) =>
          ({ state: 'copying', progressPercent } as const),
      ),
      usable,
    ];
    const { lines } = await run(createWaitAction(dependencies), handle);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThan(50);
    expect(lines.at(-1)).toContain('Ready to use');
  });

  it.each(examples)('runs its example: $description', async ({ example }) => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [usable];
    const action = createWaitAction(dependencies);
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    expect(waitInput.parse(step.input)).toEqual(step.input);
    const { error, outputs } = await run(action, step.input);
    expect(error).toBeUndefined();
    expect(outputs.state).toBe('usable');
  });
});
