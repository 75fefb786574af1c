import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import fc from 'fast-check';
import { changesOf, readTrace, traceNames } from '../__testUtils__/fixtures';
import { replayTrace } from './replayTrace';
import type { Change } from './traceLines';

/** Long enough for everything that counts only when it lasts. */
const SETTLE_MS = 15 * 60_000;
/** The same orders at each run, so that a change of the code alone can fail it; `.ci/run --full` tries new ones. */
const full = process.env.GOLDEN_IMAGES_FULL === 'true';
const sampling = full
  ? { numRuns: 100 }
  : { numRuns: 10, seed: 20261101, endOnFailure: true };

const nameOf = ({ object: { metadata } }: Change) =>
  `${metadata.namespace ?? ''}/${metadata.name}`;
const objectOf = (change: Change) => `${change.kind} ${nameOf(change)}`;
const lineOf = ({ t, type, kind, object }: Change, at = t) => ({
  t: at,
  type,
  object: { ...object, kind },
});

/**
 * The stream as it is where the product runs: at the first ready it writes down
 * which claim was meant, on the object itself.
 */
function withIdentity(
  changes: Change[],
  options: { startedAtMs: number },
): Change[] {
  const claimUids = new Map<string, { t: number; claimUid: string }>();
  replayTrace(
    changes.map(change => lineOf(change)),
    {
      ...options,
      onStep: (followed, { t }) => {
        for (const { derived } of followed.values()) {
          const { uid, readyClaimUid } = derived.memory;
          if (readyClaimUid && !claimUids.has(uid)) {
            claimUids.set(uid, { t, claimUid: readyClaimUid });
          }
        }
      },
    },
  );
  const latest = new Map<string, Change>();
  const written = new Set<string>();
  return changes.flatMap(change => {
    latest.set(change.object.metadata.uid ?? '', change);
    const due = [...claimUids].filter(
      ([uid, { t }]) => t <= change.t && !written.has(uid),
    );
    const writes = due.flatMap(([uid]) => {
      written.add(uid);
      const last = latest.get(uid);
      return last && last !== change && last.type !== 'DELETED'
        ? [{ ...last, t: change.t, type: 'MODIFIED' }]
        : [];
    });
    return [...writes, change].map(version => {
      const known = claimUids.get(version.object.metadata.uid ?? '');
      if (!known || version.t < known.t) return version;
      return annotated(version, known.claimUid);
    });
  });
}

function annotated(change: Change, claimUid: string): Change {
  const { metadata } = change.object;
  return {
    ...change,
    object: {
      ...change.object,
      metadata: {
        ...metadata,
        annotations: {
          ...metadata.annotations,
          [ANNOTATIONS.claimUid]: claimUid,
        },
      },
    },
  };
}

/** The states at the end, once all that time alone changes has happened. */
function finalStates(
  lines: ReturnType<typeof lineOf>[],
  options: { startedAtMs: number; durationMs: number },
): Record<string, string> {
  const states: Record<string, string> = {};
  for (const change of replayTrace(lines, options)) {
    const key = `${change.namespace}/${change.name}`;
    if (change.state === 'gone') delete states[key];
    else states[key] = change.state;
  }
  return states;
}

/** Some versions are missed, but never an object's last; objects come in any order, an object's versions in theirs. */
function thinned(changes: Change[], kept: boolean[], order: number[]) {
  const last = new Map(changes.map(change => [objectOf(change), change]));
  const queues = new Map<string, Change[]>();
  changes.forEach((change, i) => {
    if (!kept[i] && last.get(objectOf(change)) !== change) return;
    const queue = queues.get(objectOf(change)) ?? [];
    queues.set(objectOf(change), [...queue, change]);
  });
  return order.flatMap(i => queues.get(objectOf(changes[i]))?.shift() ?? []);
}

describe('a stream that keeps the last version of each object', () => {
  const moving = traceNames.filter(
    name => changesOf(readTrace(name)).length > 1,
  );

  it.each(moving)('%s ends in the same states', name => {
    const trace = readTrace(name);
    const { startedAtMs } = trace;
    const changes = withIdentity(changesOf(trace), { startedAtMs });
    const n = changes.length;
    const indexes = changes.map((_, i) => i);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: n }),
        fc.array(fc.boolean(), { minLength: n, maxLength: n }),
        fc.shuffledSubarray(indexes, { minLength: n, maxLength: n }),
        (cut, kept, order) => {
          const seen = changes.slice(0, cut);
          const endMs = seen[cut - 1].t;
          const options = { startedAtMs, durationMs: endMs + SETTLE_MS };
          const whole = finalStates(
            seen.map(change => lineOf(change)),
            options,
          );
          const some = thinned(
            seen,
            kept,
            order.filter(i => i < cut),
          );
          expect(
            finalStates(
              some.map(change => lineOf(change, endMs)),
              options,
            ),
          ).toEqual(whole);
        },
      ),
      sampling,
    );
  });
});
