import { clockTime, roughly, timeAgo } from './time';

const NOON_MS = new Date(2026, 10, 22, 12, 4).getTime();

describe('times in words', () => {
  it.each([
    [NOON_MS, 'just now'],
    [NOON_MS + 60_000, 'just now'],
    [NOON_MS - 6 * 60_000, '6 min ago'],
    [NOON_MS - 3 * 3_600_000, '3 h ago'],
  ])('says how long ago %s was', (atMs, words) => {
    expect(timeAgo(atMs, NOON_MS)).toBe(words);
  });

  it('shows the date of other days alone', () => {
    expect(clockTime(NOON_MS, NOON_MS + 1_000)).toMatch(/^12:04/);
    expect(clockTime(NOON_MS - 86_400_000, NOON_MS)).toMatch(/2026/);
  });

  it.each([
    [1, 'about 10 s'],
    [34_000, 'about 40 s'],
    [61_000, 'about 2 min'],
    [55 * 60_000, 'about 55 min'],
  ])('rounds an estimate of %s ms', (durationMs, words) => {
    expect(roughly(durationMs)).toBe(words);
  });
});
