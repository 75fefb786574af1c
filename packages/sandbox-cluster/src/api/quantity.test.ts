import fc from 'fast-check';
import { Quantity } from './quantity';

describe('Quantity', () => {
  it.each([
    ['1024Gi', '1Ti'],
    ['1.5Gi', '1536Mi'],
    ['10240Mi', '10Gi'],
    ['0.5', '500m'],
    ['1e3', '1e3'],
    ['1073741824', '1073741824'],
    ['-1Gi', '-1Gi'],
    ['0', '0'],
    ['1000k', '1M'],
    ['.5Ki', '512'],
  ])('writes %s as %s', (text, canonical) => {
    expect(String(Quantity.parse(text))).toBe(canonical);
  });

  it.each(['', '10GB', '10 Gi', '10gi', 'abc', '1..2', '--1', '1e', {}, null])(
    'does not read %j',
    text => {
      expect(Quantity.parse(text)).toBeUndefined();
    },
  );

  it('keeps its value when written and read again', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 70n }),
        fc.constantFrom('', 'Ki', 'Mi', 'Gi', 'k', 'M', 'm'),
        (digits, suffix) => {
          const quantity = Quantity.parse(`${digits}${suffix}`);
          const again = Quantity.parse(String(quantity));
          expect(again && quantity?.compare(again)).toBe(0);
        },
      ),
    );
  });
});
