import { parseLabelSelector } from './labelSelector';

describe('parseLabelSelector', () => {
  it.each([
    ['app=orders', [{ key: 'app', operator: 'in', values: ['orders'] }]],
    [' app == orders ', [{ key: 'app', operator: 'in', values: ['orders'] }]],
    ['app=', [{ key: 'app', operator: 'in', values: [''] }]],
    ['app!=orders', [{ key: 'app', operator: 'notin', values: ['orders'] }]],
    [
      'example.com/tier in (db, cache),app',
      [
        {
          key: 'example.com/tier',
          operator: 'in',
          values: ['db', 'cache'],
        },
        { key: 'app', operator: 'exists' },
      ],
    ],
    [
      'tier notin (db),!retired, ! gone',
      [
        { key: 'tier', operator: 'notin', values: ['db'] },
        { key: 'retired', operator: 'absent' },
        { key: 'gone', operator: 'absent' },
      ],
    ],
    ['in in (in)', [{ key: 'in', operator: 'in', values: ['in'] }]],
  ])('reads %j', (text, expected) => {
    expect(parseLabelSelector(text)).toEqual(expected);
  });

  it.each([
    ['', '"" is not a condition'],
    ['app=orders,', '"" is not a condition'],
    ['replicas>1', '"replicas>1" is not a condition'],
    ['app in (a', '"app in (a" is not a condition'],
    ['app in a)', '"app in a)" is not a condition'],
    ['app=a b', '"app=a b" is not a condition'],
    ['App.Example.com/app=x', '"App.Example.com/app" is not a condition'],
    ['a/b/c=x', '"a/b/c" is not a condition'],
    [`${'a'.repeat(64)}=x`, 'is not a condition'],
    ["app='x'", `"'x'" in "app='x'" is not a value of a label`],
    ['app in (x,$y)', '"$y" in "app in (x,$y)" is not a value of a label'],
    ['a'.repeat(4097), 'longer than 4096 characters'],
  ])('refuses %j', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });
});
