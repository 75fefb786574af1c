import { changesOf, readTrace, traceNames } from '../__testUtils__/fixtures';
import { derive } from '../derive';
import { replayTrace, type Followed } from './replayTrace';
import type { Change } from './traceLines';
import { World } from './World';

const HOUR_MS = 60 * 60_000;
/** Nothing in the cluster says since when. */
const UNSAID = new Set(['volume-faulted', 'source-gone', 're-imported']);

interface Moment {
  name: string;
  key: string;
  state: string;
  offMs: number;
}

const stateOf = ({ derived }: Followed) =>
  `${derived.memory.uid} ${derived.state} ${derived.reason}`;

/** What was there after some changes. */
function worldAfter(changes: Change[]): World {
  const world = new World();
  for (const { kind, object, type } of changes) {
    world.apply(kind, object, type === 'DELETED');
  }
  return world;
}

/** Of each state at its end: how far who looks an hour later for the first time is from who watched. */
function momentsOf(name: string): Moment[] {
  const trace = readTrace(name);
  const { startedAtMs } = trace;
  const changes = changesOf(trace);
  const longhornReadable = changes.some(({ kind }) => kind === 'Volume');
  const watched: Map<string, Followed>[] = [];
  const lines = changes.map(({ t, type, kind, object }) => ({
    t,
    type,
    object: { ...object, kind },
  }));
  replayTrace(lines, {
    startedAtMs,
    onStep: followed => watched.push(new Map(followed)),
  });
  return watched.flatMap((followed, i) => {
    const ended = [...followed].filter(([key, now]) => {
      const next = watched[i + 1]?.get(key);
      return !next || stateOf(next) !== stateOf(now);
    });
    if (ended.length === 0) return [];
    const world = worldAfter(changes.slice(0, i + 1));
    return ended.flatMap(([key, { kind, derived }]) => {
      const joined = world.join(key);
      if (!joined || UNSAID.has(derived.reason ?? '')) return [];
      const nowMs = startedAtMs + changes[i].t + HOUR_MS;
      const found = derive({ ...joined, kind, longhornReadable, nowMs });
      const { state } = derived;
      if (found.state !== state || found.reason !== derived.reason) return [];
      const offMs = Date.parse(found.since) - Date.parse(derived.since);
      return [{ name, key, state, offMs }];
    });
  });
}

describe('who looks for the first time an hour later', () => {
  it('says since when to the minute, as who watched', () => {
    const moments = traceNames.flatMap(momentsOf);
    // What is pending says since when it was asked for, whatever it waited for before.
    const off = moments.filter(
      ({ state, offMs }) => state !== 'pending' && Math.abs(offMs) > 60_000,
    );
    expect(off).toEqual([]);
    expect([...new Set(moments.map(({ state }) => state))].sort()).toEqual([
      'copying',
      'deleting',
      'failed',
      'failing',
      'importing',
      'pending',
      'ready',
      'resizing',
      'usable',
      'waiting',
    ]);
  });
});
