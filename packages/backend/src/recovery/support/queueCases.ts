import { caseOf, type Case } from './cases';
import { MOMENTS, type MomentName } from './moments';
import type { Round } from './Round';

/** Three clones where one may copy at a time, in the order of their turns. */
export interface QueueCases {
  first: Case;
  /** Its turn comes when the first is done, and then it is hit. */
  next: Case;
  /** It is hit while it waits for its turn. */
  last: Case;
}

export function queueCases(moment: MomentName): QueueCases {
  const clone = (name: string, title: string): Case => ({
    ...caseOf('clone in another namespace', moment, `queue-${name}`),
    title: `queue of clones, ${MOMENTS[moment]}: ${title}`,
  });
  return {
    first: clone('first', 'the clone before it'),
    next: clone('next', 'the clone whose turn has come'),
    last: clone('last', 'the clone that waits for its turn'),
  };
}

/** Kills the process while one clone copies or has copied, one is being written, and one waits. */
export async function killInQueue(
  round: Round,
  { first, next, last }: QueueCases,
  process: string,
) {
  const { gate } = round;
  await standing(round, first, 'write');
  await standing(round, next, 'waiting');
  gate.release(next.claim);
  // It cannot be written before the first is.
  const itsTurn = gate.hold(next.moment, next.claim);
  await standing(round, last, 'waiting');
  gate.release(first.claim);
  await itsTurn;
  await round.restart(process);
  for (const { claim } of [first, next, last]) await gate.whenEnded(claim);
}

async function standing(round: Round, each: Case, moment: MomentName) {
  const held = round.gate.hold(moment, each.claim);
  await round.begin(each);
  await held;
}
