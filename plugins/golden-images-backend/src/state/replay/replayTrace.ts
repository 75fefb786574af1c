import { classify } from '../classify';
import { derive } from '../derive';
import type { Derived, Memory } from '../types';
import type { RawObject } from '../views';
import { World } from './World';

/** One line of a recorded watch stream. */
export interface TraceLine {
  /** Milliseconds since the start of the recording. */
  t: number;
  gvk?: string;
  type?: string;
  object?: RawObject & { kind?: string };
}

export interface StateChange {
  t: number;
  kind: 'image' | 'volume';
  namespace: string;
  name: string;
  /** A derived state, or `gone` for a deleted object. */
  state: string;
  reason?: string;
  progress?: number;
  message?: string;
}

interface Followed {
  kind: 'image' | 'volume';
  derived: Derived;
}

/**
 * Says what the product would have shown for a recorded watch stream: the first
 * state of each image and volume, and then each change of state or reason. Time
 * passes between events, too.
 *
 * @param onStep - called after each event with everything that is derived then
 */
export function replayTrace(
  lines: TraceLine[],
  options: {
    startedAtMs: number;
    longhornReadable?: boolean;
    onStep?: (
      state: ReadonlyMap<string, Followed>,
      world: World,
      line: TraceLine,
    ) => void;
  },
): StateChange[] {
  const world = new World();
  const followed = new Map<string, Followed>();
  const changes: StateChange[] = [];

  const look = (t: number) => {
    for (const key of world.keys()) {
      const joined = world.join(key)!;
      const before = followed.get(key);
      const owned =
        joined.claim?.metadata.controller?.uid === before?.derived.memory.uid;
      // A claim that its DataVolume left behind is what it was.
      const kind =
        before && !joined.dataVolume && owned ? before.kind : classify(joined);
      if (kind === 'hidden') continue;
      const derived = derive({
        ...joined,
        kind,
        longhornReadable: options.longhornReadable ?? true,
        memory: before?.derived.memory as Memory | undefined,
        nowMs: options.startedAtMs + t,
      });
      followed.set(key, { kind, derived });
      if (
        before?.derived.state !== derived.state ||
        before.derived.reason !== derived.reason ||
        before.kind !== kind
      ) {
        changes.push(changeOf(t, key, kind, derived));
      }
    }
    for (const [key, { kind }] of followed) {
      if (!world.join(key)) {
        followed.delete(key);
        changes.push({ ...nameOf(t, key, kind), state: 'gone' });
      }
    }
  };

  const passTime = (from: number, to: number) => {
    let t = from;
    for (;;) {
      const due = Math.min(
        ...[...followed.values()].map(
          ({ derived }) => (derived.dueAtMs ?? Infinity) - options.startedAtMs,
        ),
      );
      if (due > to || due <= t) return;
      t = due;
      look(t);
    }
  };

  let last = 0;
  for (const line of lines) {
    const { t, gvk, type, object } = line;
    if (!object || !type) continue;
    passTime(last, t);
    const kind = object.kind ?? gvk?.split('/').pop() ?? '';
    world.apply(kind, object, type === 'DELETED');
    // What was there before came in one list.
    const following = lines[lines.indexOf(line) + 1];
    if (type !== 'INIT' || following?.type !== 'INIT') look(t);
    options.onStep?.(followed, world, line);
    last = t;
  }
  return changes;
}

function nameOf(t: number, key: string, kind: 'image' | 'volume') {
  const slash = key.indexOf('/');
  return {
    t,
    kind,
    namespace: key.slice(0, slash),
    name: key.slice(slash + 1),
  };
}

function changeOf(
  t: number,
  key: string,
  kind: 'image' | 'volume',
  derived: Derived,
): StateChange {
  return {
    ...nameOf(t, key, kind),
    state: derived.state,
    reason: derived.reason,
    progress: derived.progressPercent,
    message: derived.message,
  };
}
