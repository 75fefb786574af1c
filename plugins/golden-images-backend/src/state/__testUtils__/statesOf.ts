import { replayTrace } from '../replay/replayTrace';
import type { TraceLine } from '../replay/traceLines';
import { START_MS } from './objects';

/** `t kind state:reason` of one name. */
export function statesOf(
  lines: TraceLine[],
  name = 'disk',
  durationMs?: number,
) {
  return replayTrace(lines, { startedAtMs: START_MS, durationMs })
    .filter(change => change.name === name)
    .map(({ t, kind, state, reason }) =>
      [t, kind, reason ? `${state}:${reason}` : state].join(' '),
    );
}
