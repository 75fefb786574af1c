import expectedStates from '../__fixtures__/expectedStates.json';
import { readTrace, traceNames } from '../__testUtils__/fixtures';
import { Truth } from '../__testUtils__/Truth';
import { replayTrace } from './replayTrace';

/**
 * For each trace the states of each object, one after the other, with their
 * reasons: what it must pass through, and so what it must never show.
 */
const expected: Record<string, Record<string, string>> = expectedStates;

function statesOf(name: string) {
  const { lines, ...trace } = readTrace(name);
  const states: Record<string, string[]> = {};
  for (const change of replayTrace(lines, trace)) {
    const key = `${change.kind} ${change.namespace}/${change.name}`;
    const { state, reason } = change;
    const text =
      reason && reason !== 'requested' ? `${state}:${reason}` : state;
    states[key] ??= [];
    if (states[key].at(-1) !== text) states[key].push(text);
  }
  return states;
}

describe('recorded traces', () => {
  it('all are in the table, and nothing else is', () => {
    // The 73 that were recorded, and one of ours.
    expect(traceNames).toHaveLength(74);
    expect(Object.keys(expected).sort()).toEqual([...traceNames].sort());
  });

  it.each(traceNames)(
    '%s passes through the states of the table and no others',
    name => {
      const found = Object.entries(statesOf(name));
      const moving = found.filter(([, { length }]) => length > 1);
      expect(
        Object.fromEntries(
          moving.map(([key, states]) => [key, states.join(' > ')]),
        ),
      ).toEqual(expected[name]);
      // What was there before and does not change is at rest.
      for (const [key, states] of found) {
        if (states.length > 1) continue;
        expect(`${key} ${states[0]}`).toMatch(
          /^(image .* ready|volume .* usable)$/,
        );
      }
    },
  );

  it.each(traceNames)(
    '%s is never ready before the truth, and shows no helper',
    name => {
      const { lines, ...trace } = readTrace(name);
      const truth = new Truth();
      const lies: string[] = [];
      let looks = 0;
      let readyLooks = 0;
      replayTrace(lines, {
        ...trace,
        onStep: (followed, change) => {
          truth.apply(change);
          for (const [key, { derived }] of followed) {
            looks += 1;
            if (truth.isHelper(key))
              lies.push(`${change.t} ${key} is a helper`);
            const claimed =
              derived.stage === 'usable' ||
              ['ready', 'usable', 'resizing'].includes(derived.state);
            if (!claimed) continue;
            readyLooks += 1;
            const why = truth.notReady(key);
            if (why) lies.push(`${change.t} ${key} ${derived.state}: ${why}`);
          }
        },
      });
      expect(lies).toEqual([]);
      const states = Object.values(expected[name]);
      expect(looks > 0).toBe(states.length > 0 || readyLooks > 0);
      const becomesReady = states.some(list => /ready|usable/.test(list));
      expect(readyLooks > 0 || !becomesReady).toBe(true);
    },
  );

  it.each(traceNames)('%s: progress of a copy never falls', name => {
    const { lines, ...trace } = readTrace(name);
    const before = new Map<string, number>();
    const falls: string[] = [];
    replayTrace(lines, {
      ...trace,
      onStep: (followed, { t }) => {
        for (const [key, { derived }] of followed) {
          const { progressPercent: percent, memory } = derived;
          if (percent === undefined || !memory.progressOf) continue;
          const last = before.get(memory.progressOf) ?? 0;
          if (percent < last || percent > 99) {
            falls.push(`${t} ${key}: ${last} to ${percent}`);
          }
          before.set(memory.progressOf, percent);
        }
      },
    });
    expect(falls).toEqual([]);
  });
});

describe('without the right to read Longhorn', () => {
  it.each([
    ['clone-pvc-same-ns-ok', 'golden-images/cloned-pvc-1'],
    ['dvclone-pvc-deleted-only', 'dev-a/reclone-dv'],
    ['image-from-pvc', 'golden-images/vmdisk-image'],
    ['from-source-clone-attempts-exhausted', 'golden-images/exhaust-clone'],
  ])('%s: a copy is unknown, never there', (name, key) => {
    const { lines, ...trace } = readTrace(name);
    const states = replayTrace(lines, { ...trace, longhornReadable: false })
      .filter(change => `${change.namespace}/${change.name}` === key)
      .map(({ state, reason }) => `${state}:${reason}`);
    expect(states).not.toContain('usable:undefined');
    expect(states).not.toContain('ready:undefined');
    expect(states).toContain('unknown:bound-copy-state-unknown');
  });

  it('an import and a host-assisted copy are known all the same', () => {
    for (const [name, last] of [
      ['import-good-checksum', 'ready'],
      ['dvclone-rbac-dev', 'usable'],
    ]) {
      const { lines, ...trace } = readTrace(name);
      const changes = replayTrace(
        lines.filter(({ gvk }) => gvk !== 'longhorn.io/v1beta2/Volume'),
        trace,
      );
      expect(changes.at(-1)?.state).toBe(last);
    }
  });
});
