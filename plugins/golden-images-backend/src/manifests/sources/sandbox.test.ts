import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  ImportRequest,
  ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { startSandbox, type Sandbox } from '@golden-images/sandbox-cluster';
import { importProblems } from '../../service/importProblems';
import { importIdentity, importManifest } from '..';

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
  let folder: string;
  let sandbox: Sandbox;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    sandbox = await startSandbox({ dataDir: folder, timeFactor: 0.02 });
  });

  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const dryRun = async (dataVolume: object) => {
    const response = await fetch(
      `${sandbox.apiUrl}/apis/cdi.kubevirt.io/v1beta1/namespaces/default/datavolumes?dryRun=All&fieldValidation=Strict`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${sandbox.token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(dataVolume),
      },
    );
    return { status: response.status, body: await response.json() };
  };
  const manifestOf = (
    source: ImportSource,
    change: Partial<ImportRequest> = {},
  ) => {
    const request = { name: 'ubuntu', size: '10Gi', source, ...change };
    const target = { namespace: 'default' };
    return importManifest({
      request,
      ...target,
      storageClass: request.storageClass,
      identity: importIdentity(request, target),
      provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
    });
  };

  const isRefused = ([, source, change]: (typeof CASES)[number]) =>
    importProblems({ name: 'ubuntu', size: '10Gi', source, ...change }).length >
    0;

  it.each(CASES.filter(of => !isRefused(of)))(
    '%s is taken, with nothing left out',
    async (_name, source, change) => {
      const manifest = manifestOf(source, change);
      const { status, body } = await dryRun(manifest);
      expect({ status, spec: body.spec ?? body.message }).toEqual({
        status: 201,
        spec: expect.objectContaining(manifest.spec),
      });
    },
  );

  it.each(CASES.filter(isRefused))(
    '%s is refused by them as by our checks',
    async (_name, source, change) => {
      const { status, body } = await dryRun(manifestOf(source, change));
      expect(status).toBe(422);
      expect(body.message).toContain(
        'ContentType must be kubevirt when Source is Registry',
      );
    },
  );

  it('what our schema refuses, they refuse too', async () => {
    const answer = await dryRun(
      manifestOf({ registry: { imageStream: 'ubuntu' } }),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain('only with node pull import method');
  });
});
