import { casesOf, KIND_NAMES, KINDS, sample, type Case } from './cases';
import { MOMENT_NAMES } from './moments';
import { ONE_PROCESS, SCAFFOLDER_APART, type Layout } from './Portal';
import { killInQueue, queueCases } from './queueCases';
import type { Round } from './Round';
import { runTwice, TWO_WORKERS, workerRaces } from './workerRaces';

/** Cases that share a portal, and what is done to it. */
export interface Plan {
  where: string;
  cases: Case[];
  portal: {
    layout: Layout;
    width?: number;
    postgresUrl?: string;
    databasePrefix?: string;
  };
  /** Once, for all cases. */
  act?: (round: Round) => Promise<void>;
  /** For each case, one after the other. */
  actOnEach?: (round: Round, each: Case) => Promise<void>;
}

export interface PlanOptions {
  /** Every moment of every kind, and each killed alone, too. */
  full: boolean;
  /** Absent: no workers that share a database. */
  postgresUrl?: string;
  /** Only cases with this text in their title. */
  only: string;
}

export function plansOf({ full, postgresUrl, only }: PlanOptions): Plan[] {
  const kinds = full ? KIND_NAMES : KIND_NAMES.slice(0, 1);
  const chosen = <C extends Case>(cases: C[]) =>
    cases.filter(({ title }) => title.includes(only));
  const together = chosen(sample('one'));
  const scaffolder = chosen(
    titled('the scaffolder is killed', casesOf(kinds, MOMENT_NAMES, 'apart')),
  );
  const rest = chosen(
    titled(
      'the rest is killed',
      casesOf(
        kinds,
        ['request', 'write', 'written', 'answer', 'waiting'],
        'rest',
      ),
    ),
  );
  const plans: Plan[] = [
    {
      where: 'all plugins in one process',
      cases: together,
      portal: { layout: ONE_PROCESS },
      act: round => round.killAt(together, 'backend'),
    },
    {
      where: 'the scaffolder in a process of its own',
      cases: [...scaffolder, ...rest],
      portal: { layout: SCAFFOLDER_APART },
      act: async round => {
        await round.killAt(scaffolder, 'scaffolder');
        await round.killAt(rest, 'rest');
      },
    },
    ...(full ? (['write', 'written'] as const) : (['written'] as const)).map(
      moment => {
        const queue = queueCases(moment);
        return {
          where: `one clone at a time, ${moment}`,
          cases: chosen(Object.values(queue)),
          portal: { layout: ONE_PROCESS, width: 1 },
          act: (round: Round) => killInQueue(round, queue, 'backend'),
        };
      },
    ),
    // Each kind by itself: what stands still for long is given up, or taken by
    // others.
    ...(postgresUrl ? kinds : []).map(kind => {
      const races = chosen(workerRaces(kind));
      return {
        where: `two workers on one task: ${kind}`,
        cases: races,
        portal: {
          layout: TWO_WORKERS,
          postgresUrl,
          // Nobody before them holds a lease in it.
          databasePrefix: `two_${KINDS[kind].short}_`,
        },
        act: (round: Round) => runTwice(round, races),
      };
    }),
    {
      where: 'each killed alone',
      cases: full ? chosen(casesOf(KIND_NAMES, MOMENT_NAMES, 'alone')) : [],
      portal: { layout: ONE_PROCESS },
      actOnEach: (round, each) => round.killAt([each], 'backend'),
    },
  ];
  return plans.filter(({ cases }) => cases.length > 0);
}

function titled(what: string, cases: Case[]): Case[] {
  return cases.map(each => ({ ...each, title: `${what}: ${each.title}` }));
}
