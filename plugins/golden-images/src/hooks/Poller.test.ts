import { FakeTiming, settle } from './__testUtils__/FakeTiming';
import { Poller } from './Poller';

/** A load whose end a test decides. */
function createLoads() {
  const loads: {
    signal: AbortSignal;
    resolve: (value: string) => void;
    reject: (error: Error) => void;
  }[] = [];
  const load = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      loads.push({ signal, resolve, reject });
    });
  return { load, loads };
}

function createPoller(intervalMs = (_value?: string) => 10_000) {
  const timing = new FakeTiming();
  const { load, loads } = createLoads();
  const poller = new Poller({ load, intervalMs, timing });
  return { poller, loads, timing };
}

describe('Poller', () => {
  it('loads at once, and again after the interval that the value asks for', async () => {
    const { poller, loads, timing } = createPoller(value =>
      value === 'moving' ? 2_000 : 15_000,
    );
    const listener = jest.fn();
    poller.subscribe(listener);
    expect(poller.snapshot()).toEqual({ loading: true });
    poller.refresh();
    loads[0].resolve('moving');
    await settle();
    expect(poller.snapshot()).toEqual({
      value: 'moving',
      loadedAtMs: timing.nowMs(),
      loading: false,
    });
    expect(listener).toHaveBeenCalled();
    expect(timing.nextInMs).toBe(2_000);
    await timing.pass(2_000);
    expect(loads).toHaveLength(2);
    loads[1].resolve('still');
    await settle();
    expect(timing.nextInMs).toBe(15_000);
  });

  it('keeps the last value over failures, and asks less and less often', async () => {
    const { poller, loads, timing } = createPoller();
    poller.refresh();
    loads[0].resolve('known');
    await settle();
    const { loadedAtMs } = poller.snapshot();
    const waits = [];
    for (let failure = 1; failure <= 4; failure += 1) {
      waits.push(timing.nextInMs);
      await timing.pass(timing.nextInMs!);
      loads[failure].reject(new Error(`failure ${failure}`));
      await settle();
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000]);
    expect(poller.snapshot()).toEqual({
      value: 'known',
      loadedAtMs,
      error: new Error('failure 4'),
      loading: false,
    });
    await timing.pass(timing.nextInMs!);
    loads[5].resolve('again');
    await settle();
    expect(poller.snapshot().error).toBeUndefined();
    expect(timing.nextInMs).toBe(10_000);
  });

  it('loads soon after a hint, once for a burst of them', async () => {
    const { poller, loads, timing } = createPoller();
    poller.refresh();
    loads[0].resolve('a');
    await settle();
    await timing.pass(300);
    poller.hint();
    poller.hint();
    poller.hint();
    expect(loads).toHaveLength(1);
    await timing.pass(700);
    expect(loads).toHaveLength(2);
    loads[1].resolve('b');
    await settle();
    await timing.pass(5_000);
    expect(loads).toHaveLength(2);
    poller.hint();
    await timing.pass(0);
    expect(loads).toHaveLength(3);
  });

  it('loads again after a hint that came while it was loading', async () => {
    const { poller, loads, timing } = createPoller();
    poller.refresh();
    poller.hint();
    expect(loads).toHaveLength(1);
    loads[0].resolve('perhaps too old');
    await settle();
    await timing.pass(1_000);
    expect(loads).toHaveLength(2);
  });

  it('rests while nobody looks', async () => {
    const { poller, loads, timing } = createPoller();
    poller.refresh();
    loads[0].resolve('a');
    await settle();
    poller.pause();
    poller.hint();
    await timing.pass(100_000);
    expect(loads).toHaveLength(1);
    poller.refresh();
    expect(loads).toHaveLength(2);
  });

  it('aborts what is running when it is stopped, and reports nothing more', async () => {
    const { poller, loads, timing } = createPoller();
    poller.refresh();
    const listener = jest.fn();
    poller.subscribe(listener);
    poller.stop();
    expect(loads[0].signal.aborted).toBe(true);
    loads[0].resolve('too late');
    await settle();
    await timing.pass(100_000);
    expect(listener).not.toHaveBeenCalled();
    expect(poller.snapshot()).toEqual({ loading: true });
    expect(loads).toHaveLength(1);
  });
});
