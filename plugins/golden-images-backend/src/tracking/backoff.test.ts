import { backoffMs } from './backoff';

describe('backoffMs', () => {
  it('doubles up to half a minute, and spreads by a half', () => {
    const waits = (random: number) =>
      [1, 2, 3, 6, 7, 1000].map(failures => backoffMs({ failures, random }));
    expect(waits(1)).toEqual([800, 1600, 3200, 25_600, 30_000, 30_000]);
    expect(waits(0)).toEqual([400, 800, 1600, 12_800, 15_000, 15_000]);
  });

  it('is never under what the server asks for, spread too', () => {
    const asked = { failures: 1, retryAfterSeconds: 60 };
    expect(backoffMs({ ...asked, random: 0 })).toBe(60_000);
    expect(backoffMs({ ...asked, random: 1 })).toBeCloseTo(66_000);
  });

  it('does not stay away for days because something before the server says so', () => {
    for (const retryAfterSeconds of [86_400, 1e9, Number.MAX_VALUE]) {
      expect(backoffMs({ failures: 1, retryAfterSeconds, random: 0 })).toBe(
        300_000,
      );
    }
  });
});
