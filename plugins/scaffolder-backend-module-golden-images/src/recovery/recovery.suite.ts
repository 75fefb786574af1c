import {
  casesOf,
  expectOneDisk,
  KIND_NAMES,
  sample,
  type Case,
} from './__testUtils__/cases';
import { Cluster } from './__testUtils__/Cluster';
import { readEnvironment } from './__testUtils__/environment';
import { MOMENT_NAMES, type RunEnd } from './__testUtils__/moments';
import {
  ONE_PROCESS,
  SCAFFOLDER_APART,
  type Layout,
} from './__testUtils__/Portal';
import { killInQueue, queueCases } from './__testUtils__/queueCases';
import { RecoveryReport } from './__testUtils__/RecoveryReport';
import { Round } from './__testUtils__/Round';
import {
  runTwice,
  TWO_WORKERS,
  workerRaces,
} from './__testUtils__/workerRaces';

const { kubeconfigPath, imageUrl, postgresUrl, only, reportPath, full } =
  readEnvironment();
const [otherNamespace] = KIND_NAMES;
const fits = ({ title }: { title: string }) => title.includes(only);

jest.setTimeout(240_000);

describe('templates whose backend is killed with SIGKILL', () => {
  const report = new RecoveryReport();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = Cluster.open(kubeconfigPath);
    for (const name of ['golden-images', 'team-a']) {
      await cluster.createNamespace(name);
    }
  });
  afterAll(async () => {
    await cluster.close();
    if (reportPath) report.write(reportPath);
  });

  /** Each case ends with one disk and a finished task. */
  function eachEndsWell(
    where: string,
    cases: Case[],
    options: { layout: Layout; width?: number; postgresUrl?: string },
    act: (round: Round) => Promise<unknown>,
  ) {
    if (cases.length === 0) return;
    describe(where, () => {
      let round: Round;
      beforeAll(async () => {
        round = await Round.start({ cluster, imageUrl, ...options });
        await act(round);
      });
      afterAll(() => round.stop());

      it.each(cases)('$title', async each => {
        report.began(where, each);
        expectOneDisk(each, await round.result(each));
        report.passed(where, each);
      });
    });
  }

  const together = sample('one').filter(fits);
  eachEndsWell(
    'all plugins in one process, all cases killed at once',
    together,
    { layout: ONE_PROCESS },
    round => round.killAt(together, 'backend'),
  );

  const scaffolder = casesOf([otherNamespace], MOMENT_NAMES, 'apart').filter(
    fits,
  );
  eachEndsWell(
    'the scaffolder alone is killed',
    scaffolder,
    { layout: SCAFFOLDER_APART },
    round => round.killAt(scaffolder, 'scaffolder'),
  );

  const rest = casesOf(
    full ? KIND_NAMES : [otherNamespace],
    ['request', 'write', 'written', 'answer', 'waiting'],
    'rest',
  ).filter(fits);
  eachEndsWell(
    'the scaffolder lives, and the rest is killed',
    rest,
    { layout: SCAFFOLDER_APART },
    round => round.killAt(rest, 'rest'),
  );

  for (const moment of full
    ? (['write', 'written'] as const)
    : ['written' as const]) {
    const queue = queueCases(moment);
    eachEndsWell(
      `one clone at a time`,
      Object.values(queue).filter(fits),
      { layout: ONE_PROCESS, width: 1 },
      round => killInQueue(round, queue, 'backend'),
    );
  }

  const races = workerRaces(full ? KIND_NAMES : [otherNamespace]).filter(fits);
  if (postgresUrl) {
    let ends: [RunEnd, RunEnd][];
    eachEndsWell(
      'two workers on one task',
      races,
      { layout: TWO_WORKERS, postgresUrl },
      async round => {
        ends = await runTwice(round, races);
        for (const [first, second] of ends) {
          expect([first.result, second.result]).toEqual([
            'completed',
            'completed',
          ]);
        }
      },
    );
  }

  if (full) {
    describe('each killed alone', () => {
      let round: Round;
      beforeAll(async () => {
        round = await Round.start({ cluster, imageUrl, layout: ONE_PROCESS });
      });
      afterAll(() => round.stop());

      it.each(casesOf(KIND_NAMES, MOMENT_NAMES, 'alone').filter(fits))(
        '$title',
        async each => {
          report.began('each killed alone', each);
          await round.killAt([each], 'backend');
          expectOneDisk(each, await round.result(each));
          report.passed('each killed alone', each);
        },
      );
    });
  }
});
