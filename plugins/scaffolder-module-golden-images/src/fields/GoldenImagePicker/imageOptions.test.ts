import type { Image } from '@golden-images/plugin-golden-images-common';
import { image } from '../__testUtils__/answers';
import { imageOptions } from './imageOptions';

const valuesOf = (images: Image[]) =>
  imageOptions(images).map(option => option.value);

describe('imageOptions', () => {
  it('describes an image', () => {
    expect(imageOptions([image()])).toEqual([
      {
        value: 'demo-linux',
        title: 'Demo Linux',
        details: [
          'version 20261101',
          'Linux x86_64',
          '10 GiB',
          'verified by checksum',
        ],
      },
    ]);
  });

  it('says it when the bytes were not verified', () => {
    const [option] = imageOptions([image({ verified: 'none' })]);
    expect(option.details).toContain('bytes not verified');
  });

  it('offers an image once, in its current version', () => {
    const images = [
      image({ version: '1', current: false }),
      image({ version: '2', current: true }),
      image({ version: '3', current: false }),
    ];
    const options = imageOptions(images);
    expect(options).toHaveLength(1);
    expect(options[0].details[0]).toBe('version 2');
  });

  it('offers what has no versions, unless its name means another one', () => {
    const plain = image({ version: undefined, current: false });
    expect(valuesOf([plain])).toEqual(['demo-linux']);
    const options = imageOptions([plain, image({ version: '2' })]);
    expect(options.map(option => option.details[0])).toEqual(['version 2']);
  });

  it('does not offer an image without a current version', () => {
    expect(valuesOf([image({ current: false })])).toEqual([]);
  });

  it('takes images of the same name in several clusters together', () => {
    const options = imageOptions([
      image({ cluster: 'dev-1' }),
      image({ cluster: 'dev-2' }),
      image({ cluster: 'dev-2', image: 'other', title: undefined }),
    ]);
    expect(options.map(({ value, title }) => [value, title])).toEqual([
      ['demo-linux', 'Demo Linux'],
      ['other', 'other'],
    ]);
    expect(options[0].details).toContain('in dev-1, dev-2');
    expect(options[1].details).toContain('in dev-2');
  });

  it('marks what is deprecated, with its reason, and offers it last', () => {
    const options = imageOptions([
      image({
        image: 'ancient',
        title: 'Ancient Linux',
        deprecated: { reason: 'no updates since May', successor: 'demo-linux' },
      }),
      image(),
    ]);
    expect(options.map(({ value }) => value)).toEqual([
      'demo-linux',
      'ancient',
    ]);
    expect(options[1].details.join(' · ')).toMatch(
      /deprecated.*no updates since May.*demo-linux/,
    );
    expect(options[0].details.join(' · ')).not.toMatch(/deprecated/);
  });
});
