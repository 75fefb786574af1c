import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { GoldenImagesConfig } from '../../config';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import {
  createWorldWithDisk,
  request,
  SHA,
} from './__testUtils__/worldWithDisk';

describe('an image of an image', () => {
  function createWorldWithImage(
    image: object = {},
    config: Partial<GoldenImagesConfig> = {},
  ) {
    const world = createWorldWithDisk(config);
    const { cluster, tracking, claim } = world;
    claim({ metadata: { namespace: 'golden-images', name: 'debian-1' } });
    cluster.put(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        namespace: 'golden-images',
        name: 'debian-1',
        labels: { [LABELS.role]: 'golden-image', [LABELS.image]: 'debian' },
        annotations: { [ANNOTATIONS.requestHash]: 'hash' },
      },
      spec: { source: { http: { url: 'https://x', checksum: SHA } } },
    });
    tracking.states.set('dev/golden-images/debian-1', {
      state: 'ready',
      verified: 'checksum',
      ...image,
    });
    return world;
  }
  const copy = request({ source: { pvc: { name: 'debian-1' } } });
  const made = async (image?: object) => {
    const { warnings, metadata } = await createWorldWithImage(image).made(
      copy,
      'lena',
    );
    return { warnings, annotations: metadata.annotations ?? {} };
  };

  it('is as verified as that', async () => {
    const { warnings, annotations } = await made();
    expect(warnings).toEqual([]);
    expect(annotations).toMatchObject({
      [ANNOTATIONS.sourceVerified]: 'checksum',
      [ANNOTATIONS.sourceDigest]: SHA,
    });
  });

  it('is not verified when that was written to, or was not', async () => {
    const drifted = await made({
      drift: [{ kind: 'mounted', at: '2026-01-01T00:00:00.000Z' }],
    });
    expect(drifted.annotations).not.toHaveProperty(ANNOTATIONS.sourceVerified);
    expect(drifted.warnings).toEqual([
      expect.stringMatching(/has changed since it was published/),
      expect.stringMatching(/nothing tells whether claim/),
    ]);
    const none = await made({ verified: 'none' });
    expect(none.annotations).not.toHaveProperty(ANNOTATIONS.sourceVerified);
  });

  it('will do where verified bytes are demanded, and no other claim will', async () => {
    const demanding: Partial<GoldenImagesConfig> = {
      clusters: [
        {
          name: 'dev',
          connection: { type: 'in-cluster' },
          scope: 'cluster',
          imageNamespaces: ['golden-images'],
          namespaces: [],
          requireVerified: true,
        },
      ],
    };
    const { check } = createWorldWithImage({}, demanding);
    expect(await check(copy, 'lena')).toMatchObject({ ok: true, warnings: [] });
    expect((await check()).problems).toEqual([
      {
        field: 'source.pvc',
        code: 'not-verified',
        message: expect.stringContaining('requireVerified demands'),
        remedy: expect.stringContaining('copy a golden image'),
      },
    ]);
    const none = createWorldWithImage({ verified: 'none' }, demanding);
    expect((await none.check(copy, 'lena')).ok).toBe(false);
  });

  it.each([
    [{ state: 'importing' }, 'source-not-ready'],
    [
      {
        state: 'ready',
        retirement: {
          requestedBy: 'user:default/ada',
          requestedAt: '2026-01-01T00:00:00.000Z',
        },
      },
      'source-not-ready',
    ],
  ])('is refused while that is %j', async (image, expected) => {
    const { check } = createWorldWithImage(image);
    const { problems } = await check(copy, 'lena');
    expect(problems.map(({ code }) => code)).toEqual([expected]);
  });
});
