import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import expectedStates from '../__fixtures__/expectedStates.json';
import type { RawObject } from '../views';
import { replayTrace, type TraceLine } from './replayTrace';

const FOLDER = join(__dirname, '../__fixtures__/traces');
const names = readdirSync(FOLDER).map(file => file.replace('.ndjson.gz', ''));

function read(name: string) {
  const lines = gunzipSync(readFileSync(join(FOLDER, `${name}.ndjson.gz`)))
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
  return {
    startedAtMs: Date.parse(lines[0].startedAt),
    lines: lines.slice(1) as TraceLine[],
  };
}

/** The states of each object, one after the other; what stayed the same throughout is left out. */
function statesOf(name: string) {
  const { startedAtMs, lines } = read(name);
  const states: Record<string, string[]> = {};
  for (const change of replayTrace(lines, { startedAtMs })) {
    const key = `${change.kind} ${change.namespace}/${change.name}`;
    const says = [
      'failing',
      'failed',
      'waiting',
      'unknown',
      'resizing',
      'lost',
    ];
    const text =
      change.reason && says.includes(change.state)
        ? `${change.state}:${change.reason}`
        : change.state;
    states[key] ??= [];
    if (states[key].at(-1) !== text) states[key].push(text);
  }
  return Object.fromEntries(
    Object.entries(states).filter(([, list]) => list.length > 1),
  );
}

describe('recorded traces', () => {
  it.each(names)(
    '%s passes through the states it should, and no others',
    name => {
      expect(statesOf(name)).toEqual(
        (expectedStates as Record<string, object>)[name] ?? {},
      );
    },
  );

  it.each(names)('%s is never ready before the truth', name => {
    const { startedAtMs, lines } = read(name);
    const truth = new Truth();
    const lies: string[] = [];
    let claimed = 0;
    replayTrace(lines, {
      startedAtMs,
      onStep: (followed, _world, line) => {
        truth.apply(line);
        for (const [key, { derived }] of followed) {
          if (!['ready', 'usable', 'resizing'].includes(derived.state))
            continue;
          claimed += 1;
          const why = truth.notReady(key);
          if (why) lies.push(`${line.t} ${key} ${derived.state}: ${why}`);
        }
      },
    });
    expect(lies).toEqual([]);
    const expected = Object.values(
      (expectedStates as Record<string, Record<string, string[]>>)[name] ?? {},
    );
    if (
      expected.flat().some(state => state === 'ready' || state === 'usable')
    ) {
      expect(claimed).toBeGreaterThan(0);
    }
  });
});

interface Raw extends RawObject {
  kind?: string;
  spec?: {
    volumeName?: string;
    csi?: { volumeHandle?: string };
    dataSource?: unknown;
  };
  status?: {
    phase?: string;
    robustness?: string;
    cloneStatus?: { state?: string };
  };
}

/** When bytes are there, told from the recorded objects alone. */
class Truth {
  readonly #objects = new Map<string, Raw>();
  readonly #readyUids = new Map<string, string>();

  apply({ gvk, type, object }: TraceLine) {
    if (!object) return;
    const kind = object.kind ?? gvk?.split('/').pop();
    const key = `${kind} ${object.metadata.namespace ?? ''}/${
      object.metadata.name
    }`;
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, object as Raw);
  }

  notReady(key: string): string | undefined {
    const dataVolume = this.#objects.get(`DataVolume ${key}`);
    const claim = this.#objects.get(`PersistentVolumeClaim ${key}`);
    if (!claim) return 'there is no claim';
    if (claim.status?.phase !== 'Bound')
      return `the claim is ${claim.status?.phase}`;
    if (claim.metadata.deletionTimestamp) return 'the claim is being deleted';
    if (dataVolume && dataVolume.status?.phase !== 'Succeeded') {
      return `the DataVolume is ${dataVolume.status?.phase}`;
    }
    const owner = (dataVolume ?? claim).metadata.uid ?? '';
    const uid = claim.metadata.uid ?? '';
    const before = this.#readyUids.get(owner);
    if (before && before !== uid)
      return 'the claim is another one than at the first ready';
    const volume = this.#objects.get(
      `PersistentVolume /${claim.spec?.volumeName}`,
    );
    const longhorn = this.#objects.get(
      `Volume longhorn-system/${volume?.spec?.csi?.volumeHandle}`,
    );
    if (longhorn?.status?.robustness === 'faulted')
      return 'the volume is faulted';
    const state = longhorn?.status?.cloneStatus?.state;
    const wanted = /^(vol|snap):/.test(
      String(longhorn?.spec?.dataSource ?? ''),
    );
    if (
      wanted &&
      state !== 'completed' &&
      state !== 'copy-completed-awaiting-healthy'
    ) {
      return `the copy is ${state || 'not started'}`;
    }
    this.#readyUids.set(owner, uid);
    return undefined;
  }
}
