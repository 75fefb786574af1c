import { RecentAnswers } from './RecentAnswers';

describe('RecentAnswers', () => {
  let nowMs = 0;
  let asked = 0;
  const answers = () => new RecentAnswers<number>(() => nowMs);
  const ask = async () => {
    asked += 1;
    return asked;
  };

  beforeEach(() => {
    nowMs = 0;
    asked = 0;
  });

  it('asks again after five seconds', async () => {
    const recent = answers();
    expect(await recent.get('a', ask)).toBe(1);
    nowMs = 4_999;
    expect(await recent.get('a', ask)).toBe(1);
    nowMs = 5_000;
    expect(await recent.get('a', ask)).toBe(2);
  });

  it('keeps questions apart', async () => {
    const recent = answers();
    expect(await recent.get('a', ask)).toBe(1);
    expect(await recent.get('b', ask)).toBe(2);
    expect(await recent.get('a', ask)).toBe(1);
  });

  it('does not ask twice at once', async () => {
    const recent = answers();
    expect(
      await Promise.all([recent.get('a', ask), recent.get('a', ask)]),
    ).toEqual([1, 1]);
  });

  it('does not keep failures', async () => {
    const recent = answers();
    await expect(
      recent.get('a', async () => {
        throw new Error('unreachable');
      }),
    ).rejects.toThrow('unreachable');
    expect(await recent.get('a', ask)).toBe(1);
  });

  it('forgets the oldest when there are many', async () => {
    const recent = answers();
    for (let i = 0; i < 5_001; i += 1) await recent.get(`${i}`, ask);
    expect(await recent.get('5000', ask)).toBe(5_001);
    expect(await recent.get('0', ask)).toBe(5_002);
  });
});
