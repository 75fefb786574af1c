import { Cluster } from './support/Cluster';
import { readEnvironment } from './support/environment';
import { expectedOutcome, outcomeOf } from './support/outcomes';
import { plansOf } from './support/plans';
import { RecoveryReport } from './support/RecoveryReport';
import { Round } from './support/Round';

const { kubeconfigPath, imageUrl, reportPath, ...options } = readEnvironment();

/** What a round may take when a task never ends. */
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

  describe.each(plansOf(options))('$where', plan => {
    const { where, cases, portal, act, actOnEach } = plan;
    let round: Round;
    let acted = false;
    beforeAll(async () => {
      round = await Round.start({ cluster, imageUrl, ...portal });
      await act?.(round);
      acted = true;
    });
    afterAll(async () => {
      if (round && !acted) process.stderr.write(`${round.gate.pending()}\n`);
      await round?.stop();
    });

    it.each(cases)('$title', async each => {
      report.began(where, each.title);
      await actOnEach?.(round, each);
      const result = await round.result(each);
      expect(outcomeOf(result)).toEqual(expectedOutcome(each, result));
      report.passed(where, each.title);
    });
  });
});
