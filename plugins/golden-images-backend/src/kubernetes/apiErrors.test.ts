import { errorOfResponse } from './apiErrors';

const askedFor = (headers: Record<string, string>) =>
  errorOfResponse({ status: 429, headers, body: '' }).retryAfterSeconds;

describe('Retry-After', () => {
  it('is read in seconds, or as a date by the clock of who answers', () => {
    const date = 'Mon, 23 Nov 2026 00:00:00 GMT';
    const at = (time: string) => ({
      date,
      'retry-after': `Mon, 23 Nov 2026 ${time} GMT`,
    });
    expect(askedFor({ 'retry-after': '7' })).toBe(7);
    expect(askedFor(at('00:00:30'))).toBe(30);
    // It is over already.
    expect(askedFor(at('00:00:00'))).toBe(0);
    expect(
      askedFor({ 'retry-after': 'Sun, 22 Nov 2026 23:59:00 GMT', date }),
    ).toBe(0);
  });

  it('is nothing where it says nothing', () => {
    expect(askedFor({})).toBeUndefined();
    for (const text of ['-1', 'soon', '', 'NaN']) {
      expect(askedFor({ 'retry-after': text })).toBeUndefined();
    }
  });
});
