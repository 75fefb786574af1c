import type { Bench } from '../Bench';
import type { CopyWatch, SeenClone } from '../cluster/CopyWatch';
import { turnFaults, type Turn } from '../report/turnFaults';
import type { BurstRequest } from './burstRequests';

/** `goldenImages.clusters[].clones.width` where nothing else is configured. */
const WIDTH = 5;

const keyOf = ({ namespace, name }: { namespace: string; name: string }) =>
  `${namespace}/${name}`;

/** What the cluster saw of a burst: how many copies at once, which, and in which order. */
export function reportTurns(
  bench: Bench,
  round: {
    name: string;
    requests: BurstRequest[];
    watch: CopyWatch;
    /** On this process's clock. */
    killedAtMs?: number;
  },
) {
  const { name, requests, watch, killedAtMs } = round;
  const { clones, mostUnfinished } = watch;
  bench.report.add({
    name: `${name}: most unfinished copies at once`,
    value: mostUnfinished,
    unit: 'copies',
    anchor: `a width of ${WIDTH}, counted from the cluster's own watches`,
    goal: `≤ ${WIDTH}`,
    met: mostUnfinished <= WIDTH,
  });
  const made = uidsOf(clones);
  const lost = requests.filter(({ body }) => !made.has(keyOf(body))).length;
  const doubled = [...made.values()].filter(uids => uids.size > 1).length;
  bench.report.add({
    name: `${name}: lost or doubled`,
    value: lost + doubled,
    unit: 'clones',
    anchor: `${requests.length} names; ${lost} without an object, ${doubled} with more than one uid`,
    goal: '0',
    met: lost + doubled === 0,
  });
  const { overtaken, unfair } = turnFaults(
    turnsOf(requests, clones, killedAtMs),
  );
  bench.report.add({
    name: `${name}: turns out of order`,
    value: overtaken + unfair,
    unit: 'turns',
    anchor: `${overtaken} before a clone of their namespace that had been accepted before they were asked for, ${unfair} before a namespace that had waited since the last turn of theirs`,
    goal: '0',
    met: overtaken + unfair === 0,
  });
}

function uidsOf(clones: readonly SeenClone[]): Map<string, Set<string>> {
  const uids = new Map<string, Set<string>>();
  for (const clone of clones) {
    const key = keyOf(clone);
    uids.set(key, new Set([...(uids.get(key) ?? []), clone.uid]));
  }
  return uids;
}

function turnsOf(
  requests: BurstRequest[],
  clones: readonly SeenClone[],
  killedAtMs = Infinity,
): Turn[] {
  // As many as may have had a slot when the backend died.
  const begun = new Set(
    clones.filter(({ atMs }) => atMs > killedAtMs).slice(0, WIDTH),
  );
  const byKey = new Map(requests.map(each => [keyOf(each.body), each]));
  return clones.flatMap(clone => {
    const { askedAtMs, acceptedAtMs } = byKey.get(keyOf(clone)) ?? {};
    return askedAtMs === undefined || acceptedAtMs === undefined
      ? []
      : [
          {
            namespace: clone.namespace,
            askedAtMs,
            acceptedAtMs,
            writtenAtMs: clone.atMs,
            slotFromBefore: begun.has(clone),
          },
        ];
  });
}
