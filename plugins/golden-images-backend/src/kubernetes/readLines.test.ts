import { PassThrough } from 'node:stream';
import { readLines } from './readLines';

describe('readLines', () => {
  afterEach(() => jest.useRealTimers());

  it('calls a stream silent while a line is waited for, not while one is taken in', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    const stream = new PassThrough();
    const lines = readLines(stream, {
      maxLineBytes: 100,
      idleTimeoutMs: 1_000,
    });
    stream.write('a\nb\n');
    expect(await lines.next()).toMatchObject({ value: 'a' });
    jest.advanceTimersByTime(10_000);
    expect(await lines.next()).toMatchObject({ value: 'b' });
    const next = lines.next();
    stream.write('c\n');
    expect(await next).toMatchObject({ value: 'c' });

    const silent = lines.next();
    jest.advanceTimersByTime(1_000);
    await expect(silent).rejects.toThrow('The watch was silent for 1 s');
  });
});
