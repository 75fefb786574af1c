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
  /** What could not be read, each with the number of its line. */
  leftOut: string[];
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
 * gzipped or not. A line that is damaged, as the last one of a recording that was
 * broken off, is left out, and said so.
 *
 * @throws Error where no line can be read
 */
export function parseTrace(bytes: Buffer): Trace {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (gzipped ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines: TraceLine[] = [];
  const leftOut: string[] = [];
  let header: Header | undefined;
  text
    .replace(/^\ufeff/, '')
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return;
      const parsed = parseLine(line);
      if (typeof parsed === 'string') leftOut.push(`line ${i + 1} ${parsed}`);
      else if (Number.isFinite(parsed.t)) lines.push(parsed as TraceLine);
      else if (parsed.type === undefined) header ??= parsed;
      else leftOut.push(`line ${i + 1} has no time "t" in milliseconds`);
    });
  if (lines.length === 0 && leftOut.length > 0) throw new Error(leftOut[0]);
  const startedAtMs = Date.parse(String(header?.startedAt));
  return {
    startedAtMs: Number.isNaN(startedAtMs) ? guessStart(lines) : startedAtMs,
    durationMs:
      typeof header?.durationMs === 'number' ? header.durationMs : undefined,
    lines,
    leftOut,
  };
}

interface Header {
  startedAt?: unknown;
  durationMs?: unknown;
}

/** @returns what is wrong, where something is */
function parseLine(line: string): (Partial<TraceLine> & Header) | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return 'is not JSON';
  }
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? parsed
    : 'is not a JSON object';
}

/**
 * Without a header: what was added was made then, and nothing was made after it
 * was seen.
 */
function guessStart(lines: TraceLine[]): number {
  const starts = lines.flatMap(({ t, object }) => {
    const createdAtMs = Date.parse(object?.metadata?.creationTimestamp ?? '');
    return Number.isNaN(createdAtMs) ? [] : [createdAtMs - t];
  });
  return starts.reduce((latest, at) => Math.max(latest, at), 0);
}
