import {
  ANNOTATIONS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import {
  RESOURCES,
  type KubernetesObject,
} from '../../kubernetes/ClusterClient';
import type { DataVolume } from '../../manifests';
import { as, createWorld } from '../__testUtils__/world';
import { knownDisk } from '../__testUtils__/FakeProber';

const GIB = 2 ** 30;
const SHA = `sha256:${'a'.repeat(64)}`;
const URL = 'https://images.example/u.qcow2';
const request: ImportRequest = {
  name: 'ubuntu',
  version: '1',
  source: { http: { url: URL, checksum: SHA } },
  size: 'auto',
};
const run = { ...as('lena'), dryRun: false };
const ref = {
  type: RESOURCES.dataVolumes,
  namespace: 'golden-images',
  name: 'ubuntu-1',
};
const refused = {
  outcome: 'refused',
  code: 'not-an-image',
  message: 'it is an HTML page, not an image',
  remedy: 'Check the URL',
} as const;
const unknown = {
  outcome: 'unknown',
  code: 'unreachable',
  message: 'Backstage cannot reach "images.example"',
  remedy: 'Give the size of the disk',
} as const;

describe('an import of size "auto"', () => {
  it('asks for what the disk needs, and notes what was seen', async () => {
    const { images, cluster, prober } = createWorld();
    prober.outcome = knownDisk(GIB);
    const answer = await images.import(request, run);
    const made = cluster.peek<DataVolume>(ref)!;
    expect(made.spec.pvc?.resources?.requests?.storage).toBe('2Gi');
    expect(made.metadata.annotations).toMatchObject({
      [ANNOTATIONS.virtualSizeBytes]: String(GIB),
      [ANNOTATIONS.format]: 'qcow2',
    });
    // Identity is the request as it was asked.
    expect(made.metadata.annotations![ANNOTATIONS.request]).toContain(
      '"size":"auto"',
    );
    expect(answer.warnings).toEqual([]);
    expect(prober.looked).toEqual([
      {
        url: URL,
        field: 'source.http.url',
        content: 'kubevirt',
        caller: 'user:default/lena',
      },
    ]);
  });

  it('shows the disk inside in a dry run', async () => {
    const { images, prober } = createWorld();
    prober.outcome = knownDisk(GIB);
    const { image } = await images.import(request, { ...run, dryRun: true });
    expect(image.sizes).toMatchObject({
      requestedBytes: 2 * GIB,
      diskBytes: GIB,
    });
  });

  it('asked again, it is what was made, whatever the image is now', async () => {
    const { images, cluster, prober } = createWorld();
    await images.import(request, run);
    prober.outcome = refused;
    const again = await images.import(request, run);
    expect(again.created).toBe(false);
    expect(prober.looked).toHaveLength(1);
    expect(cluster.count('datavolumes')).toBe(1);
  });

  it('is another request than one with the same size given', async () => {
    const { images } = createWorld();
    await images.import(request, run);
    await expect(
      images.import({ ...request, size: '1Gi' }, run),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(/size was "auto", now "1Gi"/),
    });
  });

  it('goes by the mode, the overhead and the least of the class', async () => {
    const { images, cluster, prober, tracking } = createWorld();
    tracking.classes = [
      {
        name: 'fast',
        provisioner: 'driver.longhorn.io',
        isDefault: true,
        allowVolumeExpansion: true,
        bindingMode: 'Immediate',
        parameters: {},
      },
    ];
    cluster.put(RESOURCES.cdiConfigs, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'CDIConfig',
      metadata: { name: 'config' },
      status: {
        filesystemOverhead: { global: '0', storageClass: { fast: '0.5' } },
      },
    } as KubernetesObject);
    prober.outcome = knownDisk(10 * GIB);
    const sizeOf = async (change: Partial<ImportRequest>) => {
      const dry = { ...run, dryRun: true };
      const { image } = await images.import({ ...request, ...change }, dry);
      return image.sizes.requestedBytes! / GIB;
    };
    expect(await sizeOf({})).toBe(15);
    expect(await sizeOf({ volumeMode: 'Block' })).toBe(10);
    cluster.put(RESOURCES.storageProfiles, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'StorageProfile',
      metadata: {
        name: 'slow',
        annotations: { 'cdi.kubevirt.io/minimumSupportedPvcSize': '20Gi' },
      },
    });
    tracking.classes = [{ ...tracking.classes[0], name: 'slow' }];
    expect(await sizeOf({})).toBe(20);
  });

  it('says when it had to assume what a file system takes', async () => {
    const { images, cluster } = createWorld();
    cluster.refuseNext('get', 'cdiconfigs', { status: 403, message: 'no' });
    const answer = await images.import(request, run);
    expect(answer.warnings).toEqual([
      expect.stringMatching(
        /could not be read \(.*\), so CDI's default of 6 %/,
      ),
    ]);
  });

  it.each([
    [
      unknown,
      'size: "auto" is not possible: Backstage cannot reach "images.example". Give the size of the disk',
    ],
    [
      refused,
      'source.http.url: it is an HTML page, not an image. Check the URL',
    ],
  ])('is refused before anything is written: %j', async (outcome, message) => {
    const { images, cluster, prober } = createWorld();
    prober.outcome = outcome;
    await expect(images.import(request, run)).rejects.toMatchObject({
      name: 'InputError',
      message,
    });
    expect(cluster.writes).toEqual([]);
  });

  it.each<[string, ImportRequest['source'], RegExp]>([
    [
      'secretRef',
      { http: { url: URL, secretRef: 's' } },
      /needs secretRef.*reads no Secrets/,
    ],
    [
      'secretExtraHeaders',
      { http: { url: URL, secretExtraHeaders: ['s'] } },
      /needs secretExtraHeaders/,
    ],
    [
      'certConfigMap',
      { http: { url: URL, certConfigMap: 'c' } },
      /certificate.*certConfigMap/,
    ],
    [
      's3',
      { s3: { url: 'https://images.example/b/k', secretRef: 's' } },
      /needs secretRef/,
    ],
    [
      'gcs',
      { gcs: { url: 'https://images.example/b/k', secretRef: 's' } },
      /needs secretRef/,
    ],
    [
      'registry',
      { registry: { url: 'docker://images.example/a:1' } },
      /"registry" is not looked at/,
    ],
  ])('asks for the size where %s keeps us out', async (_name, source, why) => {
    const { images, cluster, prober } = createWorld();
    await expect(
      images.import({ ...request, source }, run),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        new RegExp(
          `size: "auto" is not possible: .*${why.source}.*Give the size`,
        ),
      ),
    });
    expect(prober.looked).toEqual([]);
    expect(cluster.writes).toEqual([]);
  });

  it.each<[string, ImportRequest['source'], string]>([
    [
      's3',
      { s3: { url: 'https://images.example/b/k' } },
      'https://images.example/b/k',
    ],
    ['gcs', { gcs: { url: 'gs://b/o' } }, 'https://storage.googleapis.com/b/o'],
  ])('looks at what is public on %s', async (_name, source, url) => {
    const { images, prober } = createWorld({
      imports: {
        allow: ['images.example', 'storage.googleapis.com'].map(host => ({
          host,
          allowAddresses: [],
        })),
      },
    });
    await images.import({ ...request, source }, run);
    expect(prober.looked).toEqual([expect.objectContaining({ url })]);
  });

  it('does not look where nothing may be imported from', async () => {
    const { images, prober } = createWorld();
    const source = { http: { url: 'https://evil.example/x' } };
    await expect(images.import({ ...request, source }, run)).rejects.toThrow(
      /^source\.http\.url: .*not allowed/,
    );
    await expect(
      images.import(request, { ...as('dora'), dryRun: false }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    expect(prober.looked).toEqual([]);
  });
});

describe('an import of a given size', () => {
  const sized = (size: string) => ({ ...request, size });

  it('is refused when the disk does not fit, before anything is written', async () => {
    const { images, cluster, prober } = createWorld();
    prober.outcome = knownDisk(GIB + 512);
    await expect(images.import(sized('1Gi'), run)).rejects.toThrow(
      'size: the disk inside has 1073742336, which does not fit into 1Gi; ask for "2Gi", or for "auto"',
    );
    expect(cluster.writes).toEqual([]);
  });

  it.each([
    [
      '1Gi',
      /file system takes part of 1Gi.*disk of 1Gi.*"auto" would ask for 2Gi/,
    ],
    ['1200Mi', /1200Mi is less than the 2Gi that "auto" would ask for/],
  ])('%s is warned about when below auto', async (size, warning) => {
    const { images, prober } = createWorld();
    prober.outcome = knownDisk(GIB);
    const answer = await images.import(sized(size), run);
    expect(answer.warnings).toEqual([expect.stringMatching(warning)]);
    expect(answer.created).toBe(true);
  });

  it('is refused for what is no image, and kept when nobody can look', async () => {
    const { images, cluster, prober } = createWorld();
    prober.outcome = refused;
    await expect(images.import(sized('5Gi'), run)).rejects.toThrow(/HTML page/);
    expect(cluster.writes).toEqual([]);
    prober.outcome = unknown;
    const answer = await images.import(sized('5Gi'), run);
    expect(answer.warnings).toEqual([
      'The image could not be looked at: Backstage cannot reach "images.example".',
    ]);
    const made = cluster.peek<DataVolume>(ref)!;
    expect(made.spec.pvc?.resources?.requests?.storage).toBe('5Gi');
    expect(made.metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.virtualSizeBytes,
    ]);
  });
});

describe('an image of a registry with a size', () => {
  it('is imported without a warning; a pre-flight says that nobody looked', async () => {
    const { images, preflights } = createWorld();
    const url = `docker://images.example/a@${SHA}`;
    const sized = { ...request, source: { registry: { url } }, size: '5Gi' };
    await expect(
      preflights.check({ import: sized }, as('lena')),
    ).resolves.toMatchObject({
      ok: true,
      warnings: [],
      unknown: [
        expect.stringMatching(/^the image: .*"registry" is not looked/),
      ],
      facts: { image: { outcome: 'unknown', code: 'not-looked-at' } },
    });
    const answer = await images.import(sized, run);
    expect(answer.warnings).toEqual([]);
  });
});

describe('looking without importing', () => {
  const { name: _name, version: _version, size: _size, ...asked } = request;

  it('tells format, size, and what auto stands for', async () => {
    const { probes, prober, cluster } = createWorld();
    prober.outcome = knownDisk(GIB);
    await expect(probes.probe(asked, as('lena'))).resolves.toEqual({
      outcome: 'known',
      format: 'qcow2',
      virtualSizeBytes: GIB,
      autoSize: '2Gi',
      verified: 'checksum',
      sentences: [],
    });
    prober.outcome = unknown;
    const source = { http: { url: URL } };
    await expect(probes.probe({ source }, as('ada'))).resolves.toEqual({
      outcome: 'unknown',
      code: 'unreachable',
      verified: 'none',
      sentences: [
        'Backstage cannot reach "images.example".',
        'Give the size of the disk.',
      ],
    });
    expect(cluster.writes).toEqual([]);
  });

  it('is for those who may import there', async () => {
    const { probes, prober } = createWorld();
    await expect(probes.probe(asked, as('dora'))).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
    expect(prober.looked).toEqual([]);
  });

  it('is part of a pre-flight, which counts with the size that auto stands for', async () => {
    const { preflights, prober } = createWorld();
    prober.outcome = knownDisk(GIB);
    await expect(
      preflights.check({ import: request }, as('lena')),
    ).resolves.toMatchObject({
      ok: true,
      facts: {
        image: { outcome: 'known', autoSize: '2Gi' },
        uses: [{ peakClaims: 3, peakBytes: 6 * GIB }],
      },
    });
    prober.outcome = refused;
    await expect(
      preflights.check({ import: request }, as('lena')),
    ).resolves.toMatchObject({
      ok: false,
      problems: [{ field: 'source.http.url', code: 'not-an-image' }],
      facts: { image: { outcome: 'refused' }, uses: [] },
    });
  });
});
