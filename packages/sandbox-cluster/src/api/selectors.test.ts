import { parseLabelSelector } from './selectors';

describe('parseLabelSelector', () => {
  const labels = { role: 'golden', app: 'web', empty: '' };

  it.each([
    ['', true],
    ['role=golden', true],
    ['role == golden , app!=db', true],
    ['role!=golden', false],
    ['missing!=x', true],
    ['role', true],
    ['!role', false],
    ['!missing', true],
    ['role in (golden,other)', true],
    ['role notin (golden)', false],
    ['missing notin (x)', true],
    ['empty=', true],
    ['empty in (,x)', true],
    ['role=golden,!velero.io/exclude-from-backup', true],
    ['missing', false],
  ])('%s', (selector, matches) => {
    expect(parseLabelSelector(selector)(labels)).toBe(matches);
  });

  it.each([
    'a b',
    'a=b=c',
    'role=ü',
    'a in b',
    'a in (b',
    'a,',
    '=b',
    'a/b/c=d',
  ])('refuses %s', selector => {
    expect(() => parseLabelSelector(selector)).toThrow(
      expect.objectContaining({ code: 400, reason: 'BadRequest' }),
    );
  });
});
