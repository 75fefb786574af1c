import { gunzipSync } from 'node:zlib';
import type { RawObject } from '../views';

/** One line of a recorded watch stream. Lines without an object are remarks and requests. */
export interface TraceLine {
  /** Milliseconds since the start of the recording. */
  t: number;
  /** `group/version/kind`; `v1/PersistentVolumeClaim` for the core group. */
  gvk?: string;
  type?: string;
  object?: RawObject & { kind?: string; apiVersion?: string };
}

/** A change of one object that a state may depend on. */
export interface Change {
  t: number;
  kind: string;
  type: string;
  object: RawObject;
}

export interface Trace {
  /** Milliseconds since the epoch at `t` 0. */
  startedAtMs: number;
  durationMs?: number;
  lines: TraceLine[];
}

const CHANGES = new Set(['INIT', 'ADDED', 'MODIFIED', 'DELETED']);
const OUR_KINDS = new Set([
  'DataVolume',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'DataSource',
  'Event',
]);

/** The change that a line tells of, if it is one that matters. */
export function changeOf(line: TraceLine): Change | undefined {
  const { t, gvk = '', type = '', object } = line;
  // Bookmarks and errors have objects, too, but no name.
  if (!CHANGES.has(type) || !object?.metadata?.name) return undefined;
  const kind = object.kind ?? gvk.split('/').at(-1) ?? '';
  const group = object.apiVersion ?? gvk;
  // A Longhorn volume is of kind `Volume`, as other things are.
  const matters =
    OUR_KINDS.has(kind) ||
    (kind === 'Volume' && group.startsWith('longhorn.io/'));
  return matters ? { t, kind, type, object } : undefined;
}

/**
 * Reads a recorded watch stream: a header line, then a line for each event;
 * gzipped or not.
 *
 * @throws Error that names the line that is not a JSON object with a time `t`
 */
export function parseTrace(bytes: Buffer): Trace {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (gzipped ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines: TraceLine[] = [];
  let header: { startedAt?: unknown; durationMs?: unknown } = {};
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const parsed = parseLine(line, i + 1);
    if (typeof parsed.t === 'number') lines.push(parsed as TraceLine);
    else if (i === 0) header = parsed;
    else throw new Error(`line ${i + 1} has no time "t" in milliseconds`);
  });
  const startedAtMs = Date.parse(String(header.startedAt));
  return {
    startedAtMs: Number.isNaN(startedAtMs) ? guessStart(lines) : startedAtMs,
    durationMs:
      typeof header.durationMs === 'number' ? header.durationMs : undefined,
    lines,
  };
}

function parseLine(
  line: string,
  number: number,
): Partial<TraceLine> & { startedAt?: unknown; durationMs?: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Error(`line ${number} is not JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`line ${number} is not a JSON object`);
  }
  return parsed;
}

/** Without a header: an object that was added was made at that moment. */
function guessStart(lines: TraceLine[]): number {
  for (const { t, type, object } of lines) {
    const createdAtMs = Date.parse(object?.metadata?.creationTimestamp ?? '');
    if (type === 'ADDED' && !Number.isNaN(createdAtMs)) return createdAtMs - t;
  }
  return 0;
}
