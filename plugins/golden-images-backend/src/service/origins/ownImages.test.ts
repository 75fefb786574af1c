import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import type { DataVolume } from '../../manifests';
import { as } from '../__testUtils__/world';
import {
  createWorldWithDisk,
  request,
  SHA,
} from './__testUtils__/worldWithDisk';

describe('an image of an image', () => {
  function createWorldWithImage(image: object = {}) {
    const world = createWorldWithDisk();
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
    const { images, cluster } = createWorldWithImage(image);
    const run = { ...as('lena'), dryRun: false };
    const { warnings } = await images.import(copy, run);
    const { metadata } = cluster.peek<DataVolume>({
      type: RESOURCES.dataVolumes,
      namespace: 'golden-images',
      name: 'ubuntu-1',
    })!;
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
