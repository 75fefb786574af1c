import {
  importRequestSchema,
  type ImportRequest,
  type ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { importIdentity, importManifest } from '..';

const SHA = `sha256:${'a'.repeat(64)}`;
const base: ImportRequest = {
  name: 'ubuntu',
  version: '24.04',
  source: { http: { url: 'https://images.example/u.qcow2?token=SECRET' } },
  size: '10Gi',
};
const target = { namespace: 'golden-images' };

describe('identity of what could be asked for before there were more sources', () => {
  it('is the one that their objects carry', () => {
    expect(importIdentity(base, target).hash).toBe(
      '5beb7e083253e1631fbb98a6e17d438088a545c76b6e31a95cb3ae0e7c726764',
    );
    expect(
      importIdentity(
        {
          ...base,
          source: {
            http: {
              ...base.source.http!,
              checksum: SHA.replace('aaaa', 'AAAA'),
              secretRef: 'creds',
              certConfigMap: 'ca',
            },
          },
          storageClass: 'longhorn',
          volumeMode: 'Block',
        },
        target,
      ).hash,
    ).toBe('41d3de6bcb6ec66feb80261a908be577fed9f8d31f80291fe2eadff77a584a88');
  });
});

const SOURCES: [string, ImportSource, object][] = [
  [
    'http with headers',
    {
      http: {
        url: 'https://images.example/u.qcow2',
        secretExtraHeaders: ['token'],
      },
    },
    {
      http: {
        url: 'https://images.example/u.qcow2',
        secretExtraHeaders: ['token'],
      },
    },
  ],
  [
    's3',
    {
      s3: {
        url: 'https://s3.example/b/k',
        secretRef: 'keys',
        certConfigMap: 'ca',
      },
    },
    {
      s3: {
        url: 'https://s3.example/b/k',
        secretRef: 'keys',
        certConfigMap: 'ca',
      },
    },
  ],
  ['gcs', { gcs: { url: 'gs://b/k' } }, { gcs: { url: 'gs://b/k' } }],
  [
    'registry for an architecture',
    {
      registry: {
        url: `docker://quay.example/disks/ubuntu@${SHA}`,
        pullMethod: 'node',
        architecture: 'arm64',
      },
    },
    {
      registry: {
        url: `docker://quay.example/disks/ubuntu@${SHA}`,
        pullMethod: 'node',
        platform: { architecture: 'arm64' },
      },
    },
  ],
  [
    'an ImageStream',
    { registry: { imageStream: 'ubuntu', pullMethod: 'node' } },
    { registry: { imageStream: 'ubuntu', pullMethod: 'node' } },
  ],
  [
    'a claim of the image namespace',
    { pvc: { name: 'disk.1' } },
    { pvc: { namespace: 'golden-images', name: 'disk.1' } },
  ],
  [
    'a claim of another namespace',
    { pvc: { namespace: 'team-a', name: 'disk' } },
    { pvc: { namespace: 'team-a', name: 'disk' } },
  ],
  [
    'a snapshot',
    { snapshot: { namespace: 'team-a', name: 'before-upgrade' } },
    { snapshot: { namespace: 'team-a', name: 'before-upgrade' } },
  ],
];

describe('sources', () => {
  it.each(SOURCES)('%s is written as CDI has it', (_name, source, spec) => {
    const request = importRequestSchema.parse({
      ...base,
      version: '24-04',
      source,
    });
    const identity = importIdentity(request, target);
    const manifest = importManifest({
      request,
      ...target,
      identity,
      provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
    });
    expect(manifest.spec.source).toEqual(spec);
    expect(manifest.spec).not.toHaveProperty('contentType');
    expect(identity.hash).not.toBe(importIdentity(base, target).hash);
  });

  it.each(['pvc', 'snapshot'] as const)(
    'a %s without its namespace is the one of the image namespace, and no other',
    kind => {
      const hashOf = (source: object) =>
        importIdentity({ ...base, source: { [kind]: source } }, target).hash;
      const implied = hashOf({ name: 'disk' });
      expect(hashOf({ namespace: 'golden-images', name: 'disk' })).toBe(
        implied,
      );
      expect(hashOf({ namespace: 'team-a', name: 'disk' })).not.toBe(implied);
      expect(hashOf({ name: 'other' })).not.toBe(implied);
    },
  );

  it('an archive is another request, and CDI is told', () => {
    const request: ImportRequest = { ...base, contentType: 'archive' };
    const identity = importIdentity(request, target);
    expect(identity.hash).not.toBe(importIdentity(base, target).hash);
    expect(
      importManifest({
        request,
        ...target,
        identity,
        provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
      }).spec.contentType,
    ).toBe('archive');
  });

  it.each<[string, object, string]>([
    ['none', {}, 'source'],
    [
      'two',
      { gcs: { url: 'gs://b/k' }, s3: { url: 'https://s3.example/b/k' } },
      'source',
    ],
    ['a claim without a name', { pvc: { namespace: 'a' } }, 'source.pvc.name'],
    [
      'a name that no claim can have',
      { pvc: { name: 'Disk_1' } },
      'source.pvc.name',
    ],
    [
      'a snapshot of no namespace',
      { snapshot: { namespace: '', name: 'a' } },
      'source.snapshot.namespace',
    ],
    [
      'a claim and an address',
      { pvc: { name: 'a' }, gcs: { url: 'gs://b/k' } },
      'source',
    ],
    [
      'a scheme of s3',
      { s3: { url: 'ftp://s3.example/b/k' } },
      'source.s3.url',
    ],
    ['a scheme of gcs', { gcs: { url: 'ftp://b/k' } }, 'source.gcs.url'],
    [
      'an image without its registry',
      { registry: { url: 'docker://ubuntu' } },
      'source.registry.url',
    ],
    [
      'an address of the web as a registry',
      { registry: { url: 'https://quay.example/a' } },
      'source.registry.url',
    ],
    [
      'a tag and a digest, which pulls nothing',
      { registry: { url: `docker://quay.example/a:1@${SHA}` } },
      'source.registry.url',
    ],
    ['a registry and nothing', { registry: {} }, 'source.registry.url'],
    [
      'a stream that a Pod would pull',
      { registry: { imageStream: 'a', pullMethod: 'pod' } },
      'source.registry.pullMethod',
    ],
    [
      'headers by value',
      { http: { url: 'https://x.example/', extraHeaders: ['A: b'] } },
      'source.http',
    ],
  ])('%s is refused, and the field is named', (_name, source, field) => {
    const result = importRequestSchema.safeParse({
      ...base,
      version: '24-04',
      source,
    });
    expect(result.error?.issues.map(issue => issue.path.join('.'))).toContain(
      field,
    );
  });
});
