import {
  importRequestSchema,
  updateImageRequestSchema,
} from '@golden-images/plugin-golden-images-common';
import {
  importIdentity,
  importManifest,
  metadataAnnotations,
  readImageMetadata,
} from '.';

const P = 'golden-images.backstage.io/';
const K = 'instancetype.kubevirt.io/';
const base = {
  name: 'ubuntu',
  version: '24-04',
  source: { http: { url: 'https://images.example/u' } },
  size: '10Gi',
};
const described = {
  title: 'Ubuntu 24.04',
  description: 'For servers',
  os: 'ubuntu',
  architecture: 'amd64',
  owner: 'group:default/platform',
  links: [
    { title: 'Release notes', url: 'https://wiki.example/u?a=b#c' },
    { url: 'http://wiki.example' },
  ],
  deprecated: { reason: 'End of life', successor: 'ubuntu/26-04' },
};
const kubevirt = {
  defaultInstancetype: 'u1.medium',
  defaultInstancetypeKind: 'VirtualMachineInstancetype' as const,
  defaultPreference: 'ubuntu',
};

describe('what is said of an image', () => {
  const request = importRequestSchema.parse({
    ...base,
    ...described,
    kubevirt,
  });
  const target = { namespace: 'golden-images' };
  const { metadata } = importManifest({
    request,
    ...target,
    identity: importIdentity(request, target),
    provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
  });

  it('is written as annotations, and KubeVirt’s defaults as its own labels', () => {
    expect(metadata.annotations).toMatchObject({
      [`${P}title`]: 'Ubuntu 24.04',
      [`${P}owner`]: 'group:default/platform',
      [`${P}links`]:
        '[{"title":"Release notes","url":"https://wiki.example/u?a=b#c"},{"url":"http://wiki.example"}]',
      [`${P}deprecated`]: '{"reason":"End of life","successor":"ubuntu/26-04"}',
    });
    expect(metadata.labels).toMatchObject({
      [`${P}role`]: 'golden-image',
      [`${K}default-instancetype`]: 'u1.medium',
      [`${K}default-instancetype-kind`]: 'VirtualMachineInstancetype',
      [`${K}default-preference`]: 'ubuntu',
    });
    expect(metadata.labels).not.toHaveProperty([`${K}default-preference-kind`]);
  });

  it('is read as it was written', () => {
    expect(readImageMetadata(metadata)).toEqual({ ...described, kubevirt });
  });

  it('is no part of the identity of an import', () => {
    const bare = importRequestSchema.parse(base);
    expect(importIdentity(request, target)).toEqual(
      importIdentity(bare, target),
    );
  });

  it('is taken away by null, and by nothing at all', () => {
    expect(
      metadataAnnotations({ title: null, os: '', links: [], owner: undefined }),
    ).toEqual({ [`${P}title`]: null, [`${P}os`]: null, [`${P}links`]: null });
  });

  it.each([
    ['a script', '[{"url":"javascript:alert(1)"}]'],
    ['a password', '[{"url":"https://me:secret@wiki.example/"}]'],
    ['no list', '{"url":"https://wiki.example/"}'],
    ['no JSON', 'https://wiki.example/'],
  ])('is not shown where somebody wrote %s as links', (_name, links) => {
    expect(
      readImageMetadata({ annotations: { [`${P}links`]: links } }).links,
    ).toBeUndefined();
  });

  it('is bounded, whoever wrote it', () => {
    const many = JSON.stringify(
      Array.from({ length: 30 }, () => ({ url: 'https://wiki.example/' })),
    );
    const read = readImageMetadata({
      annotations: {
        [`${P}title`]: 'x'.repeat(5000),
        [`${P}owner`]: 'me',
        [`${P}deprecated`]: '{"reason":""}',
        [`${P}links`]: many,
      },
    });
    expect(read.title).toHaveLength(1024);
    expect(read.links).toHaveLength(10);
    expect(read).toMatchObject({ owner: undefined, deprecated: undefined });
  });
});

describe('a request that says something of an image', () => {
  it.each<[string, object, string]>([
    ['a link of ftp', { links: [{ url: 'ftp://a.example/' }] }, 'links.0.url'],
    [
      'a link with a password',
      { links: [{ url: 'https://a:b@c.example/' }] },
      'links.0.url',
    ],
    [
      'eleven links',
      { links: Array(11).fill({ url: 'https://a.example/' }) },
      'links',
    ],
    ['an owner by its short name', { owner: 'platform' }, 'owner'],
    ['a deprecation without a reason', { deprecated: {} }, 'deprecated.reason'],
    [
      'a successor that is none',
      { deprecated: { reason: 'old', successor: 'a/b/c' } },
      'deprecated.successor',
    ],
  ])('%s is refused, and the field is named', (_name, part, field) => {
    for (const [schema, body] of [
      [importRequestSchema, { ...base, ...part }],
      [updateImageRequestSchema, part],
    ] as const) {
      const issues = schema.safeParse(body).error?.issues ?? [];
      expect(issues.map(({ path }) => path.join('.'))).toContain(field);
    }
  });

  it.each<[object, string]>([
    [
      { defaultPreferenceKind: 'VirtualMachinePreference' },
      'kubevirt.defaultPreference',
    ],
    [
      { defaultInstancetype: 'a', defaultInstancetypeKind: 'VirtualMachine' },
      'kubevirt.defaultInstancetypeKind',
    ],
    [{ defaultInstancetype: 'A b' }, 'kubevirt.defaultInstancetype'],
  ])('the defaults %j are refused', (defaults, field) => {
    const { error } = importRequestSchema.safeParse({
      ...base,
      kubevirt: defaults,
    });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });

  it('must say something', () => {
    expect(updateImageRequestSchema.safeParse({}).success).toBe(false);
    expect(updateImageRequestSchema.safeParse({ size: '1Gi' }).success).toBe(
      false,
    );
  });
});
