import { scanJson } from './scanJson';

describe('scanJson', () => {
  it.each([
    ['{"a":1,"b":{"c":[{"d":1,"d":2}]},"a":2}', ['b.c[0].d', 'a']],
    ['{"a":{"x":1},"b":{"x":1}}', []],
    ['[{"a":1},{"a":1}]', []],
    ['"a \\" \\\\ text"', []],
    [' -1.5e3 ', []],
  ])('finds keys that come twice in %s', (text, duplicates) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(scanJson(text)).toEqual({ duplicates });
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    [
      '{not json',
      "invalid character 'n' looking for beginning of object key string",
    ],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['xyz', "invalid character 'x' looking for beginning of value"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['"open', 'unexpected end of JSON input'],
  ])('says what is wrong with %s', (text, error) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(scanJson(text)).toEqual({ duplicates: [], error });
  });

  it('reads strings of megabytes', () => {
    const text = JSON.stringify({ a: '\\"x'.repeat(700_000) });
    expect(scanJson(text)).toEqual({ duplicates: [] });
  });
});
