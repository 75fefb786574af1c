import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startApiServer, type ApiServer } from '..';
import outOfScope from './outOfScope.json';
import productRequests from './productRequests.json';
import { readRecordings } from './__testUtils__/recordings';
import { replay, type ReplayedCase } from './__testUtils__/replay';

const REPORT = join(__dirname, '../../../../../reports/fidelity.json');
const LEAST_AGREEMENT = 0.97;

const isSame = (
  a: { file: string; title: string },
  b: { file: string; title: string },
) => a.file === b.file && a.title === b.title;

describe('fidelity to a recorded cluster', () => {
  const recordings = readRecordings();
  let server: ApiServer;
  let replayed: ReplayedCase[];

  beforeAll(async () => {
    server = await startApiServer({ tokens: { admin: 'a', dev: 'd' } });
    replayed = await replay(
      { url: server.url, tokens: { admin: 'a', dev: 'd' } },
      recordings,
    );
    writeReport(replayed);
  }, 60_000);

  afterAll(() => server.close());

  it('replays every recorded case', () => {
    const recorded = recordings.flatMap(({ name, cases }) =>
      cases.map(({ title }) => `${name}: ${title}`),
    );
    expect(replayed.map(({ file, title }) => `${file}: ${title}`)).toEqual(
      recorded,
    );
  });

  it('agrees in nearly all cases', () => {
    const agree = replayed.filter(({ agrees }) => agrees).length;
    process.stdout.write(`fidelity: agree ${agree} of ${replayed.length}\n`);
    expect(agree / replayed.length).toBeGreaterThanOrEqual(LEAST_AGREEMENT);
  });

  it('disagrees only where it is declared, with a reason', () => {
    const undeclared = replayed
      .filter(({ agrees }) => !agrees)
      .filter(found => !outOfScope.some(other => isSame(found, other)));
    expect(undeclared).toEqual([]);
    for (const { reason } of outOfScope) {
      expect(reason.length).toBeGreaterThan(20);
    }
    for (const declared of outOfScope) {
      const found = replayed.find(other => isSame(declared, other));
      expect(found).toMatchObject({ agrees: false });
    }
  });

  it('agrees in every request that the product sends', () => {
    for (const request of productRequests) {
      const found = replayed.find(other => isSame(request, other));
      expect(found).toMatchObject({ ...request, agrees: true });
    }
  });

  it('never succeeds where the cluster refused', () => {
    const wrong = replayed.filter(
      ({ agrees, expected, actual }) =>
        !agrees && expected.status >= 400 && actual.status < 300,
    );
    expect(wrong).toEqual([]);
  });
});

/** The same for the same behaviour, so that it changes only when something did. */
function writeReport(replayed: ReplayedCase[]) {
  const files = [...new Set(replayed.map(({ file }) => file))].map(file => {
    const cases = replayed.filter(other => other.file === file);
    const agree = cases.filter(({ agrees }) => agrees).length;
    return { file, agree, total: cases.length };
  });
  const disagree = replayed
    .filter(({ agrees }) => !agrees)
    .map(found => {
      const declared = outOfScope.find(other => isSame(found, other));
      return {
        file: found.file,
        title: found.title,
        expected: found.expected,
        actual: found.actual,
        ...(declared ? { outOfScope: declared.reason } : {}),
      };
    });
  const { protection } = existsSync(REPORT)
    ? JSON.parse(readFileSync(REPORT, 'utf8'))
    : { protection: undefined };
  const report = {
    agree: files.reduce((sum, { agree }) => sum + agree, 0),
    total: replayed.length,
    files,
    disagree,
    // Written by the replay of the protection.
    ...(protection ? { protection } : {}),
  };
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(report, undefined, 2)}\n`);
}
