import type { Problem } from '@golden-images/plugin-golden-images-common';
import { asOurRequest } from './__testUtils__/asOurRequest';
import { ourVerdict } from './__testUtils__/ourVerdict';
import { readRecordedCases } from './__testUtils__/recordedCases';
import { ruleOf, STRICTER_RULES } from './__testUtils__/stricterRules';
import refusedFields from './refusedFields.json';

/** What a person can do, in the words of our messages. */
const SAYS_WHAT_TO_DO =
  /\bmust (be|have|consist|not|name|start)\b|give|leave|did you mean/;

interface Judged {
  title: string;
  status: number;
  /** Absent where the case cannot be said in our words. */
  problems?: Problem[];
  inexpressible?: string;
}

describe('recorded verdicts of Kubernetes 1.36 and CDI 1.66', () => {
  let judged: Judged[];
  const of = (kind: 'taken' | 'refused') =>
    judged.filter(
      ({ status, problems }) =>
        problems !== undefined && status < 300 === (kind === 'taken'),
    );

  beforeAll(async () => {
    judged = await Promise.all(
      readRecordedCases().map(async recorded => {
        const { file, title, response } = recorded;
        const expression = asOurRequest(recorded);
        const about = { title: `${file}: ${title}`, status: response.status };
        return 'inexpressible' in expression
          ? { ...about, inexpressible: expression.inexpressible }
          : { ...about, problems: await ourVerdict(expression) };
      }),
    );
  });

  it('none drops out unseen', () => {
    const count = (cases: Judged[]) => cases.length;
    const stricter = of('taken').filter(({ problems }) => problems?.length);
    const counts = {
      recorded: count(judged),
      taken: count(of('taken')) - count(stricter),
      refused: count(of('refused')),
      'refused by us alone': count(stricter),
      inexpressible: count(judged.filter(one => one.inexpressible)),
    };
    process.stdout.write(`verdicts: ${JSON.stringify(counts)}\n`);
    expect(counts).toEqual({
      recorded: 209,
      taken: 32,
      refused: 59,
      'refused by us alone': 26,
      inexpressible: 92,
    });
  });

  it('cannot be said in our words for one of four reasons', () => {
    const reasons = judged.flatMap(({ inexpressible = [] }) => inexpressible);
    const kinds = new Map<string, number>();
    for (const reason of reasons) {
      const kind = reason.replace(/ (becomes|written:) .*/, '');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({
      'form of the HTTP request': 18,
      'decided by what the cluster holds: pre-flight': 4,
      'no input': 57,
      always: 13,
    });
  });

  it('what the cluster refuses, we refuse, naming the field and what to do', () => {
    const found = Object.fromEntries(
      of('refused').map(({ title, problems = [] }) => [
        title,
        problems.map(({ field }) => field),
      ]),
    );
    expect(found).toEqual(refusedFields);
    for (const { title, problems = [] } of of('refused')) {
      for (const { message, remedy = '' } of problems) {
        expect(`${title}: ${message}; ${remedy}`).toMatch(SAYS_WHAT_TO_DO);
      }
    }
  });

  it('what the cluster takes, we take, but for rules that say why', () => {
    const unexplained = of('taken').flatMap(({ title, problems = [] }) =>
      problems
        .filter(problem => !ruleOf(problem))
        .map(problem => ({ title, problem })),
    );
    expect(unexplained).toEqual([]);
  });

  it.each(STRICTER_RULES)('stricter than the cluster: $why', rule => {
    const cases = of('taken').filter(({ problems = [] }) =>
      problems.some(problem => ruleOf(problem) === rule),
    );
    expect(cases).not.toEqual([]);
  });
});
