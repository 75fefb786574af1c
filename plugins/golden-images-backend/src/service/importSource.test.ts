import { InputError } from '@backstage/errors';
import {
  type ImportRequest,
  type ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { as, createWorld } from './__testUtils__/world';

const SHA = `sha256:${'a'.repeat(64)}`;
const requestOf = (source: ImportSource): ImportRequest => ({
  name: 'ubuntu',
  version: '1',
  source,
  size: '10Gi',
});
const run = { ...as('lena'), dryRun: false };

describe('the allow list judges every source', () => {
  it.each<[string, ImportSource]>([
    ['http', { http: { url: 'https://elsewhere.example/a' } }],
    ['s3', { s3: { url: 'https://elsewhere.example/b/k' } }],
    ['gcs', { gcs: { url: 'gs://bucket/key' } }],
    ['registry', { registry: { url: 'docker://elsewhere.example/a:1' } }],
    [
      'registry',
      { registry: { imageStream: 'ubuntu', pullMethod: 'node' as const } },
    ],
  ])('%s', async (type, source) => {
    const { images, cluster } = createWorld();
    const error = await images.import(requestOf(source), run).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(
      new RegExp(`source\\.${type}\\.(url|imageStream).* is not allowed`),
    );
    expect(cluster.writes).toEqual([]);
  });
});

describe('what the image and the warnings say', () => {
  it.each<[string, ImportSource, object, unknown[]]>([
    [
      's3',
      { s3: { url: 'https://images.example/b/k' } },
      { verified: 'none', source: { type: 's3' } },
      [expect.stringMatching(/no checksum of this source/)],
    ],
    [
      'a registry by tag',
      { registry: { url: 'docker://images.example/a:1' } },
      { verified: 'none', source: { type: 'registry' } },
      [expect.stringMatching(/names no digest/)],
    ],
    [
      'a registry by digest',
      { registry: { url: `docker://images.example/a@${SHA}` } },
      {
        verified: 'digest',
        source: {
          type: 'registry',
          url: `docker://images.example/a@${SHA}`,
        },
      },
      [],
    ],
  ])('%s', async (_name, source, image, warnings) => {
    const { images } = createWorld();
    const answer = await images.import(requestOf(source), {
      ...run,
      dryRun: true,
    });
    expect(answer.image).toMatchObject(image);
    expect(answer.warnings).toEqual(warnings);
  });

  it('an archive needs files, and every problem is told at once', async () => {
    const { images, cluster } = createWorld();
    await expect(
      images.import(
        {
          ...requestOf({ registry: { url: 'docker://images.example/a:1' } }),
          contentType: 'archive',
          volumeMode: 'Block',
        },
        run,
      ),
    ).rejects.toThrow(/contentType.*[\s\S]*volumeMode/);
    expect(cluster.writes).toEqual([]);
  });
});
