import type { ClusterConfig } from '../config';
import { as, createWorld } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const SHA = `sha256:${'a'.repeat(64)}`;
const dev: ClusterConfig = {
  name: 'dev',
  connection: { type: 'in-cluster' },
  scope: 'cluster',
  imageNamespaces: ['golden-images'],
  namespaces: [],
};
const demanded = { clusters: [{ ...dev, requireVerified: true }] };
const run = { ...as('lena'), dryRun: false };

describe('where verified bytes are demanded', () => {
  it.each([
    [
      'a file without a checksum',
      { http: { url: 'https://images.example/u' } },
      /^source\.http\.checksum: the bytes would not be verified, which goldenImages\.imports\.requireVerified demands here; give the checksum/,
    ],
    [
      'an image by tag',
      { registry: { url: 'docker://images.example/u:1' } },
      /^source\.registry\.url: .*; name the image by "@sha256:/,
    ],
    [
      'what CDI checks no checksum of',
      { s3: { url: 'https://images.example/b/k' } },
      /^source\.s3: .*; import the file by http/,
    ],
  ])('%s is not imported', async (_name, source, message) => {
    const { images, cluster } = createWorld(demanded);
    await expect(
      images.import({ name: 'ubuntu', source, size: '10Gi' }, run),
    ).rejects.toThrow(message);
    expect(cluster.writes).toEqual([]);
  });

  it.each([
    { http: { url: 'https://images.example/u', checksum: SHA } },
    { registry: { url: `docker://images.example/u@${SHA}` } },
  ])('%j is imported without a warning', async source => {
    const { images } = createWorld(demanded);
    const answer = await images.import(
      { name: 'ubuntu', source, size: '10Gi' },
      run,
    );
    expect(answer).toMatchObject({ created: true, warnings: [] });
  });

  it('an image that is not verified is neither offered, cloned nor made current', async () => {
    const world = createWorldWithImage(demanded);
    const { cluster, tracking, images, volumes, versions } = world;
    for (const version of ['1', '2']) {
      tracking.states.set(`dev/golden-images/ubuntu-${version}`, {
        state: 'ready',
        verified: version === '1' ? 'none' : 'checksum',
      });
      const name = `ubuntu-${version}`;
      await tracking.refresh({
        cluster: 'dev',
        namespace: 'golden-images',
        name,
      });
    }
    const { items } = await images.list({ ready: true }, as('dora'));
    expect(items.map(({ name }) => name)).toEqual(['ubuntu-2']);
    await expect(
      volumes.clone(
        {
          image: { name: 'ubuntu', version: '1' },
          namespace: 'team-a',
          name: 'orders-disk',
        },
        { ...as('dora'), dryRun: false },
      ),
    ).rejects.toThrow(
      'image: "golden-images/ubuntu-1" cannot be cloned: its bytes are not verified, which goldenImages.imports.requireVerified demands here. Choose another version, or ask its owner to import it as a new one with its checksum.',
    );
    await expect(
      versions.setCurrent(
        { cluster: 'dev', namespace: 'golden-images', image: 'ubuntu' },
        { version: '1' },
        as('lena'),
      ),
    ).rejects.toThrow(/"ubuntu-1" cannot become current: its bytes are not/);
    expect(cluster.writes).toEqual([]);
  });

  it('a namespace may say otherwise', async () => {
    const { images } = createWorld({
      clusters: [
        {
          ...dev,
          requireVerified: true,
          namespaces: [{ name: 'golden-images', requireVerified: false }],
        },
      ],
    });
    const answer = await images.import(
      {
        name: 'ubuntu',
        source: { http: { url: 'https://images.example/u' } },
        size: '10Gi',
      },
      run,
    );
    expect(answer.warnings).toEqual([
      expect.stringMatching(/checksum is not given/),
    ]);
  });
});
