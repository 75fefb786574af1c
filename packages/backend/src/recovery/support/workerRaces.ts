import { caseOf, hasMoment, type Case, type KindName } from './cases';
import { MOMENTS, type MomentName } from './moments';
import { BESIDE_SCAFFOLDER, type Layout } from './Portal';
import type { Round } from './Round';

/** Two scaffolders on one database, each with a golden-images backend of its own. */
export const TWO_WORKERS: Layout = {
  first: ['scaffolder'],
  firstRest: BESIDE_SCAFFOLDER,
  second: ['scaffolder', ...BESIDE_SCAFFOLDER],
};

/** A task of which two workers run the same step. */
export interface WorkerRace extends Case {
  /** Where the second worker is when the first one wakes. */
  secondAt: MomentName;
}

const PAIRS: [MomentName, MomentName][] = [
  ['request', 'request'],
  ['write', 'write'],
  ['checkpoint', 'checkpoint'],
  ['waiting', 'outputs'],
  ['outputs', 'completion'],
  ['stepped', 'completion'],
];

export function workerRaces(kind: KindName): WorkerRace[] {
  return PAIRS.filter(pair => pair.every(each => hasMoment(kind, each))).map(
    ([moment, secondAt]) => ({
      ...caseOf(kind, moment, 'two'),
      secondAt,
      title: `${kind}: the first worker ${MOMENTS[moment]}, the second ${MOMENTS[secondAt]}`,
    }),
  );
}

/**
 * The first worker stands still for so long that its tasks count as stale. The
 * second one takes them; then both go on at the same time.
 */
export async function runTwice(round: Round, races: WorkerRace[]) {
  const { gate, portal } = round;
  for (const race of races) await round.prepare(race);
  const held = races.map(({ moment, claim }) => gate.hold(moment, claim));
  for (const race of races) await round.begin(race);
  await Promise.all(held);
  portal.pause('first');
  await Promise.all(
    races.map(({ secondAt, claim }) => gate.hold(secondAt, claim)),
  );
  portal.resume('first');
  gate.release();
  for (const { claim } of races) {
    const ends = [
      await gate.whenEnded(claim, 'first'),
      await gate.whenEnded(claim, 'second'),
    ];
    // Had the faster one failed, the task would have.
    expect(ends).toEqual([
      expect.objectContaining({ result: 'completed' }),
      expect.objectContaining({ result: 'completed' }),
    ]);
    expect(ends.filter(({ refused }) => refused === undefined)).toHaveLength(1);
  }
}
