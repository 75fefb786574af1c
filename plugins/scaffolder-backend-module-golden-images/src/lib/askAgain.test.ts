import { ResponseError } from '@backstage/errors';
import { fakeClock } from '../__testUtils__/runAction';
import { askAgain } from './askAgain';

const noAnswer = () => new TypeError('fetch failed');
const answered = (status: number, name?: string) =>
  ResponseError.fromResponse(
    new Response(
      JSON.stringify(
        name && { error: { name, message: 'no' }, response: {} },
      ) ?? 'no backend',
      { status, headers: { 'content-type': 'application/json' } },
    ),
  );

describe('askAgain', () => {
  const ask = (
    attempts: (string | Error)[],
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ) => {
    const clock = fakeClock();
    const lines: string[] = [];
    const asked = jest.fn(async () => {
      const next = attempts.length > 1 ? attempts.shift()! : attempts[0];
      if (next instanceof Error) throw next;
      return next;
    });
    const answer = askAgain(asked, {
      timeoutMs: 3_600_000,
      ...options,
      clock,
      log: line => lines.push(line),
    });
    return { answer, asked, lines, clock };
  };

  it('asks a backend that restarts until it answers, and says so once', async () => {
    const { answer, asked, lines } = ask([
      noAnswer(),
      await answered(502),
      await answered(503),
      await answered(504),
      'made',
    ]);
    await expect(answer).resolves.toBe('made');
    expect(asked).toHaveBeenCalledTimes(5);
    expect(lines).toEqual([
      'The portal does not answer at the moment; asking again',
    ]);
  });

  it.each([
    [400, 'InputError'],
    [401, 'AuthenticationError'],
    [403, 'NotAllowedError'],
    [409, 'ConflictError'],
    [500, 'Error'],
    [503, 'ServiceUnavailableError'],
  ])('takes the answer %d %s for one', async (status, name) => {
    const { answer, asked } = ask([await answered(status, name), 'made']);
    await expect(answer).rejects.toMatchObject({ statusCode: status });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('gives up after five minutes', async () => {
    const { answer, clock } = ask([noAnswer()]);
    await expect(answer).rejects.toThrow('fetch failed');
    expect(clock.nowMs()).toBe(300_000);
  });

  it('gives up when the time of the step is over, if that is earlier', async () => {
    const { answer, clock } = ask([noAnswer()], { timeoutMs: 9_000 });
    await expect(answer).rejects.toThrow('fetch failed');
    expect(clock.nowMs()).toBe(9_000);
  });

  it('does not ask again for a task that was cancelled', async () => {
    const { answer, asked } = ask([noAnswer(), 'made'], {
      signal: AbortSignal.abort(),
    });
    await expect(answer).rejects.toThrow('fetch failed');
    expect(asked).toHaveBeenCalledTimes(1);
  });
});
