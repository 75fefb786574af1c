import { classify } from '../classify';
import { derive } from '../derive';
import type { Derived } from '../types';
import { World, type Joined } from './World';
import { changeOf, type Change, type TraceLine } from './traceLines';

export interface StateChange {
  /** Milliseconds since the start of the recording. */
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

export interface Followed {
  kind: 'image' | 'volume';
  derived: Derived;
  /** The object whose uid the memory bears is a DataVolume; else it is a claim. */
  isDataVolume: boolean;
}

interface ClusterOptions {
  startedAtMs: number;
  longhornReadable: boolean;
  persistentVolumesReadable: boolean;
  /** uids of DataVolumes that the recording knows. */
  dataVolumes: ReadonlySet<string>;
  /** Names of PersistentVolumes and of Longhorn volumes that the recording knows. */
  volumes: ReadonlySet<string>;
}

export interface ReplayOptions {
  /** Milliseconds since the epoch at `t` 0. */
  startedAtMs: number;
  /** How long the recording goes on, in milliseconds; to its last line when absent. */
  durationMs?: number;
  /** As the recording shows it when absent: a file without Longhorn volumes says nothing of copies. */
  longhornReadable?: boolean;
  /** Called after each event with everything that is derived then. */
  onStep?: (state: ReadonlyMap<string, Followed>, change: Change) => void;
}

/** The product in small: objects, what is derived of them, and a clock. */
class Replay {
  readonly changes: StateChange[] = [];
  readonly followed = new Map<string, Followed>();
  readonly #world = new World();
  readonly #options: ClusterOptions;
  readonly #touched = new Set<string>();
  #t = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  apply({ kind, object, type }: Change) {
    const deleted = type === 'DELETED';
    for (const key of this.#world.apply(kind, object, deleted)) {
      this.#touched.add(key);
    }
  }

  /** Looks again whenever time alone changes an answer. */
  passTime(to: number) {
    for (;;) {
      const t = this.#nextDue();
      if (t > to || t <= this.#t) break;
      const nowMs = this.#options.startedAtMs + t;
      for (const [key, { derived }] of this.followed) {
        if ((derived.dueAtMs ?? Infinity) <= nowMs) this.#touched.add(key);
      }
      this.look(t);
    }
    this.#t = Math.max(this.#t, to);
  }

  /** Derives anew what was touched since the last look. */
  look(t: number) {
    this.#t = t;
    const seen = new Set<string>();
    for (const key of this.#touched) this.#lookAt(key, seen);
  }

  #nextDue(): number {
    let first = Infinity;
    for (const { derived } of this.followed.values()) {
      first = Math.min(first, derived.dueAtMs ?? Infinity);
    }
    return first - this.#options.startedAtMs;
  }

  #lookAt(key: string, seen: Set<string>) {
    this.#touched.delete(key);
    seen.add(key);
    // What is copied from comes first: its state says whether the copy waits.
    const sourceKey = this.#world.sourceKey(key);
    if (sourceKey && this.#touched.has(sourceKey))
      this.#lookAt(sourceKey, seen);
    const before = this.followed.get(key)?.derived.state;
    this.#derive(key, sourceKey);
    if (this.followed.get(key)?.derived.state === before) return;
    for (const copy of this.#world.copiesOf(key)) {
      if (!seen.has(copy)) this.#touched.add(copy);
    }
  }

  #derive(key: string, sourceKey: string | undefined) {
    const joined = this.#world.join(key);
    const before = this.followed.get(key);
    if (!joined) {
      if (!before) return;
      this.followed.delete(key);
      this.changes.push({
        ...nameOf(this.#t, key, before.kind),
        state: 'gone',
      });
      return;
    }
    const isLeftBehind =
      before !== undefined &&
      !joined.dataVolume &&
      joined.claim?.metadata.controller?.uid === before.derived.memory.uid;
    // A claim that its DataVolume left behind is what it was.
    const kind = isLeftBehind ? before.kind : classify(joined);
    if (kind === 'hidden') return;
    const { startedAtMs, dataVolumes, longhornReadable } = this.#options;
    const { persistentVolumesReadable } = this.#options;
    const controllerUid = joined.claim?.metadata.controller?.uid ?? '';
    const derived = derive({
      ...joined,
      // As with volumes: one that is named, but never shown, is not gone.
      dataVolumesReadable: dataVolumes.has(controllerUid),
      dataVolumesBehind: !this.#world.hasSeen(controllerUid),
      longhornReadable: longhornReadable && !this.#isElsewhere(joined),
      persistentVolumesReadable,
      kind,
      sourceState: this.followed.get(sourceKey ?? '')?.derived.state,
      memory: before?.derived.memory,
      nowMs: startedAtMs + this.#t,
    });
    const now = { kind, derived, isDataVolume: isOfDataVolume(joined, before) };
    this.followed.set(key, now);
    const ended = before !== undefined && isEndOf(before, now, joined);
    if (ended) {
      this.changes.push({
        ...nameOf(this.#t, key, before.kind),
        state: 'gone',
      });
    }
    const same =
      !ended &&
      before?.kind === kind &&
      before.derived.state === derived.state &&
      before.derived.reason === derived.reason;
    if (same) return;
    this.changes.push({
      ...nameOf(this.#t, key, kind),
      state: derived.state,
      reason: derived.reason,
      progress: derived.progressPercent,
      message: derived.message,
    });
  }

  /**
   * Recordings are of what a scenario is about. A volume that is named, but never
   * shown, is not gone: nothing is known of it.
   */
  #isElsewhere({ claim, persistentVolume }: Joined): boolean {
    const { volumes } = this.#options;
    const { volumeHandle } = persistentVolume ?? {};
    return [claim?.volumeName, volumeHandle].some(
      name => name !== undefined && !volumes.has(name),
    );
  }
}

/** A claim whose DataVolume is gone is remembered as that, until it stands for itself. */
function isOfDataVolume({ dataVolume, claim }: Joined, before?: Followed) {
  const uid = before?.derived.memory.uid;
  return (
    dataVolume !== undefined ||
    (before?.isDataVolume === true && claim?.metadata.controller?.uid === uid)
  );
}

/** The name belongs to another object now, so that the one before was deleted, or is no image any more. */
function isEndOf(before: Followed, now: Followed, { claim }: Joined): boolean {
  const { uid } = before.derived.memory;
  if (uid === now.derived.memory.uid) return false;
  if (before.isDataVolume === now.isDataVolume) return true;
  if (!before.isDataVolume) return false;
  const controller = claim?.metadata.controller;
  const isOfAnother =
    controller?.kind === 'DataVolume' && controller.uid !== uid;
  return isOfAnother || before.kind !== now.kind;
}

/**
 * Says what the product would have shown for a recorded watch stream: the first
 * state of each image and volume, and then each change of state or reason. Time
 * passes between events, too.
 */
export function replayTrace(
  lines: TraceLine[],
  options: ReplayOptions,
): StateChange[] {
  const changes = lines.flatMap(line => changeOf(line) ?? []);
  const replay = new Replay({
    startedAtMs: options.startedAtMs,
    longhornReadable:
      options.longhornReadable ?? changes.some(({ kind }) => kind === 'Volume'),
    // Without them the way from a claim to its volume is not to be seen.
    persistentVolumesReadable: changes.some(
      ({ kind }) => kind === 'PersistentVolume',
    ),
    dataVolumes: new Set(
      changes.flatMap(({ kind, object }) =>
        kind === 'DataVolume' ? object.metadata.uid ?? [] : [],
      ),
    ),
    volumes: new Set(
      changes
        .filter(({ kind }) => /^(PersistentVolume|Volume)$/.test(kind))
        .map(({ object }) => object.metadata.name),
    ),
  });
  changes.forEach((change, i) => {
    replay.passTime(change.t);
    replay.apply(change);
    // What was there before came in one list.
    if (change.type !== 'INIT' || changes[i + 1]?.type !== 'INIT') {
      replay.look(change.t);
    }
    options.onStep?.(replay.followed, change);
  });
  const ends = lines.map(({ t }) => t).concat(options.durationMs ?? 0);
  replay.passTime(ends.reduce((last, t) => Math.max(last, t), 0));
  return replay.changes;
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
