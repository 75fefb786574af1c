import { ResponseError } from '@backstage/errors';
import { askUntilAnswered } from './askUntilAnswered';

const noAnswer = () => new TypeError('fetch failed');
const answered = (status: number, body: unknown = {}) =>
  ResponseError.fromResponse(
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json' },
    }),
  );
const refusal = (status: number, name: string) =>
  answered(status, {
    error: { name, message: 'no' },
    response: { statusCode: status },
  });

describe('askUntilAnswered', () => {
  const ask = (attempts: (string | Error)[]) => {
    const delaysMs: number[] = [];
    const answer = askUntilAnswered(
      async () => {
        const next = attempts.length > 1 ? attempts.shift()! : attempts[0];
        if (next instanceof Error) throw next;
        return next;
      },
      async ms => delaysMs.push(ms),
    );
    return { answer, delaysMs };
  };

  it('asks again after a lost connection and answers of gateways, each time later', async () => {
    const { answer, delaysMs } = ask([
      noAnswer(),
      await answered(502),
      await answered(503),
      await answered(504),
      'made',
    ]);
    await expect(answer).resolves.toBe('made');
    expect(delaysMs).toEqual([250, 500, 1_000, 2_000]);
  });

  it('gives up in the end, with what happened last', async () => {
    const { answer, delaysMs } = ask([noAnswer()]);
    await expect(answer).rejects.toThrow('fetch failed');
    expect(delaysMs).toHaveLength(5);
  });

  it.each([
    [400, 'InputError'],
    [404, 'NotFoundError'],
    [409, 'ConflictError'],
    [500, 'Error'],
    [503, 'ServiceUnavailableError'],
  ])('takes %d %s for an answer', async (status, name) => {
    const { answer, delaysMs } = ask([await refusal(status, name), 'made']);
    await expect(answer).rejects.toMatchObject({ statusCode: status });
    expect(delaysMs).toEqual([]);
  });

  it('does not take a mistake in the program for a lost connection', async () => {
    const { answer, delaysMs } = ask([new Error('a mistake'), 'made']);
    await expect(answer).rejects.toThrow('a mistake');
    expect(delaysMs).toEqual([]);
  });
});
