import type {
  ImportRequest,
  ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { importProblems } from '../../service/importProblems';
import { CdiRules, manifestOf, requestOf } from './__testUtils__/CdiRules';

const SHA = `sha256:${'a'.repeat(64)}`;
const HTTP = { url: 'https://images.example/u.qcow2' };
const S3 = { url: 'https://s3.example/b/k' };
const GCS = { url: 'gs://b/k' };
const DISK = { url: 'docker://quay.example/disks/ubuntu:24.04' };

const SOURCES: [string, ImportSource][] = [
  ['http', { http: HTTP }],
  ['http with a checksum', { http: { ...HTTP, checksum: SHA } }],
  ['http with a Secret', { http: { ...HTTP, secretRef: 's' } }],
  ['http with headers', { http: { ...HTTP, secretExtraHeaders: ['a', 'b'] } }],
  ['http with a CA', { http: { ...HTTP, certConfigMap: 'ca' } }],
  ['s3', { s3: S3 }],
  ['s3 with all', { s3: { ...S3, secretRef: 's', certConfigMap: 'ca' } }],
  ['gcs', { gcs: GCS }],
  ['gcs with a Secret', { gcs: { ...GCS, secretRef: 's' } }],
  ['registry', { registry: DISK }],
  [
    'registry by digest',
    { registry: { url: `docker://quay.example/disks/ubuntu@${SHA}` } },
  ],
  [
    'registry with all',
    {
      registry: {
        ...DISK,
        pullMethod: 'node',
        architecture: 'arm64',
        secretRef: 's',
        certConfigMap: 'ca',
      },
    },
  ],
  [
    'ImageStream',
    { registry: { imageStream: 'ubuntu', pullMethod: 'node' as const } },
  ],
];
const OPTIONS: [string, Partial<ImportRequest>][] = [
  ['as it is', {}],
  ['Block', { volumeMode: 'Block' }],
  [
    'Filesystem, an archive',
    { volumeMode: 'Filesystem', contentType: 'archive' },
  ],
  ['a class', { storageClass: 'longhorn' }],
];
const CASES = SOURCES.flatMap(([source, what]) =>
  OPTIONS.map(
    ([option, change]) => [`${source}, ${option}`, what, change] as const,
  ),
);

describe('the rules of CDI over every source and option', () => {
  let rules: CdiRules;

  beforeAll(async () => {
    rules = await CdiRules.start();
  }, 60_000);

  afterAll(() => rules.close());

  const isRefused = ([, source, change]: (typeof CASES)[number]) =>
    importProblems(requestOf(source, change)).length > 0;

  it.each(CASES.filter(of => !isRefused(of)))(
    '%s is taken, with nothing left out',
    async (_name, source, change) => {
      const manifest = manifestOf(requestOf(source, change));
      const { status, body } = await rules.dryRun(manifest);
      expect({ status, spec: body.spec ?? body.message }).toEqual({
        status: 201,
        spec: expect.objectContaining(manifest.spec),
      });
    },
  );

  it.each(CASES.filter(isRefused))(
    '%s is refused by them as by our checks',
    async (_name, source, change) => {
      const { status, body } = await rules.dryRun(
        manifestOf(requestOf(source, change)),
      );
      expect(status).toBe(422);
      expect(body.message).toContain(
        'ContentType must be kubevirt when Source is Registry',
      );
    },
  );

  it('what our schema refuses, they refuse too', async () => {
    const answer = await rules.dryRun(
      manifestOf(requestOf({ registry: { imageStream: 'ubuntu' } })),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain('only with node pull import method');
  });
});
