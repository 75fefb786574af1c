import { emitted, shown, sizeInWords, sizeOf, sizeRefusal } from './sizeText';

const GIB = 2 ** 30;
const image = { title: 'Demo Linux', capacityBytes: 2 * GIB };

describe('the text of a size', () => {
  it.each([
    ['20', '20Gi', '20'],
    [' 1.5 ', '1.5Gi', '1.5'],
    ['1500Mi', '1500Mi', '1500Mi'],
    ['many', 'many', 'many'],
  ])('%j emits %j and is shown as %j', (typed, size, text) => {
    expect(emitted(typed)).toBe(size);
    expect(shown(size)).toBe(text);
  });

  it('emits nothing for nothing', () => {
    expect(emitted('  ')).toBeUndefined();
    expect(shown(undefined)).toBe('');
  });

  it('is that of the image, in GiB where that is a whole number', () => {
    expect(sizeOf(image)).toBe('2Gi');
    expect(sizeOf({ ...image, capacityBytes: 1536 * 2 ** 20 })).toBe('1536Mi');
    expect(sizeOf({ ...image, capacityBytes: 1024 * GIB })).toBe('1024Gi');
  });

  it.each([
    ['2Gi', undefined],
    ['2048Mi', undefined],
    ['1Ti', undefined],
    ['many', '"many" is not a size. Write a number of GiB, such as 20.'],
    ['0Gi', '"0Gi" is not a size. Write a number of GiB, such as 20.'],
    ['1.5Gi', '1.5 GiB is less than the image has. Ask for 2 GiB or more.'],
  ])('%j beside an image of 2 GiB: %j', (size, refusal) => {
    expect(sizeRefusal(size, image)).toBe(refusal);
  });

  it('is refused only as text where the image is not known', () => {
    expect(sizeRefusal('1Mi', undefined)).toBeUndefined();
    expect(sizeRefusal('x', undefined)).toMatch(/is not a size/);
  });

  it('says what a larger volume means for what is inside', () => {
    expect(sizeInWords('2Gi', image)).toBe(
      'Demo Linux has 2 GiB; the volume may be larger.',
    );
    expect(sizeInWords('10Gi', image)).toBe(
      'Demo Linux has 2 GiB. What is inside stays as large as it is, until somebody grows it from within.',
    );
    expect(sizeInWords('10Gi', undefined)).toBeUndefined();
  });
});
