import { KubernetesApiError } from '../kubernetes';
import { FirstList } from './FirstList';
import type { Timing } from './Timing';

const error = new KubernetesApiError({ status: 0, message: 'no answer' });

/** A clock that goes on as far as is waited. */
function play(options: { othersListed?: () => boolean } = {}) {
  const { othersListed = () => true } = options;
  let elapsedMs = 0;
  const wentOnAtMs: number[] = [];
  const timing: Timing = {
    nowMs: () => elapsedMs,
    elapsedMs: () => elapsedMs,
    random: () => 0,
    delay: async (ms, signal) => {
      signal?.throwIfAborted();
      elapsedMs += ms;
    },
  };
  const list = new FirstList({
    timing,
    othersListed,
    goOnWithout: async () => {
      wentOnAtMs.push(elapsedMs);
    },
  });
  const { signal } = new AbortController();
  return {
    list,
    wentOnAtMs,
    elapsedMs: () => elapsedMs,
    pass: (ms: number) => {
      elapsedMs += ms;
    },
    pause: (ms: number) => list.pause(ms, error, signal),
  };
}

describe('FirstList', () => {
  it('is waited for in the first 30 s, and waits as long as was asked', async () => {
    const { pause, wentOnAtMs, elapsedMs } = play();
    for (let attempt = 0; attempt < 3; attempt++) await pause(10_000);
    expect(elapsedMs()).toBe(30_000);
    expect(wentOnAtMs).toEqual([]);
    await pause(400);
    expect(wentOnAtMs).toEqual([30_000]);
    await pause(10_000);
    expect(wentOnAtMs).toEqual([30_000]);
    expect(elapsedMs()).toBe(40_400);
  });

  it('does not make others wait until a server that asks for patience is asked again', async () => {
    const { pause, wentOnAtMs, elapsedMs } = play();
    await pause(300_000);
    expect(wentOnAtMs).toEqual([30_000]);
    expect(elapsedMs()).toBe(300_000);
  });

  it('is done without at the end of the first attempt, if that hung for long', async () => {
    const { pass, pause, wentOnAtMs } = play();
    pass(70_000);
    await pause(1_000);
    expect(wentOnAtMs).toEqual([70_000]);
  });

  it('is waited for while its pages come, and not for one page again and again', async () => {
    const { list, pass, pause, wentOnAtMs } = play();
    for (let page = 0; page < 100; page++) {
      pass(5_000);
      list.heard();
    }
    await pause(2_000);
    expect(wentOnAtMs).toEqual([]);
    while (wentOnAtMs.length === 0) {
      pass(4_000);
      list.heard();
      await pause(1_000);
    }
    expect(wentOnAtMs.at(0)).toBeLessThanOrEqual(540_000);
  });

  it('is waited for as long as the lists that matter are', async () => {
    let listed = false;
    const { pause, wentOnAtMs } = play({ othersListed: () => listed });
    await pause(600_000);
    expect(wentOnAtMs).toEqual([]);
    listed = true;
    await pause(1_000);
    expect(wentOnAtMs).toEqual([600_000]);
  });

  it('is waited for no more once it was there', async () => {
    const { list, pause, wentOnAtMs } = play();
    await pause(1_000);
    list.listed();
    await pause(600_000);
    expect(wentOnAtMs).toEqual([]);
  });
});
