import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseAllDocuments } from 'yaml';
import {
  RESOURCES,
  type Claim,
  type ConfigMap,
  type DataVolume,
  type Kube,
} from './controllers/kube/types';
import { SandboxFixture } from './__testUtils__/SandboxFixture';

/** The manifests of Longhorn's page "Longhorn with CDI Imports", letter for letter. */
const LONGHORN_PAGE = `apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata:
  name: golden-base-image
spec:
  source:
    http:
      url: "https://example.com/images/base-image.qcow2"
  pvc:
    accessModes:
      - ReadWriteOnce
    resources:
      requests:
        storage: 10Gi
    storageClassName: longhorn
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: cloned-pvc-1
spec:
  dataSource:
    name: golden-base-image
    kind: PersistentVolumeClaim
    apiGroup: ""
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: 10Gi
  storageClassName: longhorn
`;

async function sha256(path: string) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: 2 ** 27 }), hash);
  return hash.digest('hex');
}

describe('sandbox', () => {
  let fixture: SandboxFixture;
  let imageUrl: string;

  beforeAll(async () => {
    fixture = await SandboxFixture.start();
    imageUrl = `${fixture.sandbox.imageServerUrl}/demo-linux.qcow2`;
    await fixture.namespace('dev-a');
    await fixture.importInto('base', imageUrl);
    await fixture.imported('golden-images/base');
  }, 60_000);

  afterAll(() => fixture.remove());

  it("takes the manifests of Longhorn's page, letter for letter", async () => {
    const [dataVolume, claim] = parseAllDocuments(LONGHORN_PAGE).map(document =>
      document.toJS(),
    );
    dataVolume.metadata.namespace = 'default';
    claim.metadata.namespace = 'default';
    await fixture.client.create<DataVolume>(RESOURCES.dataVolumes, dataVolume);
    await fixture.client.create<Claim>(RESOURCES.claims, claim);

    await fixture.imported('default/golden-base-image');
    await fixture.copied('default/cloned-pvc-1');

    const image = await sha256(fixture.diskOf('default/golden-base-image'));
    expect(await sha256(fixture.diskOf('default/cloned-pvc-1'))).toBe(image);
    expect(fixture.phasesOf('default/golden-base-image').at(-1)).toBe(
      'Succeeded',
    );
  });

  it('passes through the phases of an import in the order that was recorded', () => {
    expect(fixture.phasesOf('golden-images/base')).toEqual([
      'Pending',
      'ImportScheduled',
      'ImportInProgress',
      'ImportScheduled',
      'ImportInProgress',
      'Succeeded',
    ]);
    const claim = fixture.claims.get('golden-images/base')!;
    // The volume is named after the claim that CDI filled, not after this one.
    expect(claim.spec.volumeName).not.toBe(`pvc-${claim.metadata.uid}`);
    expect(claim.metadata.labels?.['app.kubernetes.io/managed-by']).toBe(
      'cdi-controller',
    );
  });

  it('leaves none of its helpers behind', async () => {
    await fixture.until(() =>
      fixture.claims
        .all()
        .some(({ metadata }) => /^(prime|tmp)-|-scratch$/.test(metadata.name))
        ? undefined
        : true,
    );
    await fixture.until(() => {
      const claimed = fixture.volumes.all().length;
      return fixture.longhornVolumes.all().length === claimed
        ? true
        : undefined;
    });
    const handles = fixture.volumes
      .all()
      .map(({ spec }) => spec.csi?.volumeHandle);
    expect((await readdir(fixture.sandbox.disksFolder)).sort()).toEqual(
      handles.sort(),
    );
  });

  it('makes clones that are independent of the image and of each other', async () => {
    await fixture.cloneOf('base', 'clone-1');
    await fixture.cloneOf('base', 'clone-2');
    await fixture.copied('golden-images/clone-1');
    await fixture.copied('golden-images/clone-2');
    const before = await sha256(fixture.diskOf('golden-images/base'));
    expect(await sha256(fixture.diskOf('golden-images/clone-1'))).toBe(before);

    const disk = await open(fixture.diskOf('golden-images/clone-1'), 'r+');
    await disk.write(Buffer.alloc(4096, 0xa5), 0, 4096, 4096);
    await disk.close();

    expect(await sha256(fixture.diskOf('golden-images/clone-1'))).not.toBe(
      before,
    );
    expect(await sha256(fixture.diskOf('golden-images/clone-2'))).toBe(before);
    expect(await sha256(fixture.diskOf('golden-images/base'))).toBe(before);
  });

  it.each([
    [
      'larger',
      { size: '2Gi' },
      /requested size \(2147483648 bytes\) is different than the source volume size \(1073741824 bytes\)/,
    ],
    [
      'smaller',
      { size: '512Mi' },
      /requested 536870912 but source is 1073741824/,
    ],
    [
      'read-only',
      { accessMode: 'ReadOnlyMany' },
      /MULTI_NODE_READER_ONLY is not supported/,
    ],
    [
      'block',
      { volumeMode: 'Block' as const },
      /Source is Filesystem, but new PVC requested Block/,
    ],
  ])('does not make a clone that is %s', async (name, options, message) => {
    await fixture.cloneOf('base', `bad-${name}`, options);
    const failure = await fixture.until(
      () => fixture.eventsOf(`bad-${name}`, 'ProvisioningFailed')[0],
    );
    expect(failure.message).toMatch(message);
    expect(fixture.claims.get(`golden-images/bad-${name}`)?.status?.phase).toBe(
      'Pending',
    );
  });

  it('clones once the source is there', async () => {
    await fixture.cloneOf('late', 'early-clone');
    const [failure] = await fixture.until(() => {
      const found = fixture.eventsOf('early-clone', 'ProvisioningFailed');
      return found.length > 0 ? found : undefined;
    });
    expect(failure.message).toContain('persistentvolumeclaim "late" not found');
    await fixture.importInto('late', imageUrl);
    await fixture.copied('golden-images/early-clone');
  });

  it.each([
    [
      '404',
      (base: string) => `${base}/faults/404/demo-linux.qcow2`,
      {},
      'Error',
      /expected status code 200, got 404\. Status: 404 Not Found/,
    ],
    [
      'refused',
      () => 'http://127.0.0.1:81/x.qcow2',
      {},
      'Error',
      /dial tcp 127\.0\.0\.1:81: connect: connection refused/,
    ],
    [
      'unknown',
      () => 'http://nosuch.invalid/x.qcow2',
      {},
      'Error',
      /lookup nosuch\.invalid: no such host/,
    ],
    [
      'small',
      (base: string) => `${base}/demo-linux.qcow2`,
      { size: '32Mi' },
      'Error',
      /^DataVolume too small to contain image$/,
    ],
    [
      'cut',
      (base: string) => `${base}/faults/cut/demo-linux.qcow2`,
      {},
      'ImagePullFailed',
      /unexpected EOF/,
    ],
  ])(
    'shows a failing import as CDI does: %s',
    async (name, url, options, reason, message) => {
      const key = `golden-images/fails-${name}`;
      await fixture.importInto(
        `fails-${name}`,
        url(fixture.sandbox.imageServerUrl),
        options,
      );
      const running = await fixture.until(() =>
        fixture.dataVolumes
          .get(key)
          ?.status?.conditions?.find(
            condition =>
              condition.type === 'Running' && condition.reason === reason,
          ),
      );
      expect(running).toMatchObject({
        status: 'False',
        message: expect.stringMatching(message),
      });
      // It is tried again, and never becomes Failed.
      await fixture.until(() =>
        (fixture.dataVolumes.get(key)?.status?.restartCount ?? 0) >= 2
          ? true
          : undefined,
      );
      expect(fixture.phasesOf(key)).not.toContain('Failed');
      await fixture.client.delete(
        RESOURCES.dataVolumes,
        fixture.dataVolumes.get(key)!,
      );
      await fixture.until(() => (fixture.claims.get(key) ? undefined : true));
    },
  );

  it('gives a wrong checksum up', async () => {
    const key = 'golden-images/wrong';
    await fixture.importInto('wrong', imageUrl, {
      checksum: `sha256:${'0'.repeat(64)}`,
    });
    const dataVolume = await fixture.until(() => {
      const found = fixture.dataVolumes.get(key);
      return found?.status?.phase === 'Failed' ? found : undefined;
    });
    expect(
      dataVolume.status?.conditions?.find(({ type }) => type === 'Running'),
    ).toMatchObject({
      status: 'False',
      reason: 'ChecksumError',
      message: expect.stringMatching(
        /checksum mismatch: expected sha256:0+, calculated sha256:[0-9a-f]{64}/,
      ),
    });
  });

  it('waits for ever for a storage class that is not there', async () => {
    await fixture.importInto('no-class', imageUrl, { storageClass: 'nope' });
    const failure = await fixture.until(
      () => fixture.eventsOf('no-class', 'ProvisioningFailed')[0],
    );
    expect(failure.message).toBe(
      'storageclass.storage.k8s.io "nope" not found',
    );
    await fixture.until(() =>
      fixture.phasesOf('golden-images/no-class').length > 0 ? true : undefined,
    );
    expect(fixture.phasesOf('golden-images/no-class')).toEqual(['Pending']);
  });

  it('imports into a block volume of exactly its size', async () => {
    await fixture.importInto('block', imageUrl, {
      volumeMode: 'Block',
      size: '128Mi',
    });
    await fixture.imported('golden-images/block');
    const device = await open(fixture.diskOf('golden-images/block', 'device'));
    expect((await device.stat()).size).toBe(128 * 2 ** 20);
    await device.close();
  });

  it('imports again when only the claim is deleted', async () => {
    await fixture.importInto('again', imageUrl);
    const first = await fixture.imported('golden-images/again');
    await fixture.client.delete(RESOURCES.claims, first);
    await fixture.until(() => {
      const claim = fixture.claims.get('golden-images/again');
      return claim &&
        claim.metadata.uid !== first.metadata.uid &&
        claim.status?.phase === 'Bound'
        ? true
        : undefined;
    });
  });

  it('frees everything with the DataVolume', async () => {
    await fixture.importInto('short-lived', imageUrl);
    const claim = await fixture.imported('golden-images/short-lived');
    await fixture.client.delete(
      RESOURCES.dataVolumes,
      fixture.dataVolumes.get('golden-images/short-lived')!,
    );
    await fixture.until(() =>
      fixture.claims.get('golden-images/short-lived') ? undefined : true,
    );
    await fixture.until(() =>
      fixture.volumes.get(claim.spec.volumeName!) ? undefined : true,
    );
    expect(await readdir(fixture.sandbox.disksFolder)).not.toContain(
      claim.spec.volumeName,
    );
  });

  describe('into another namespace', () => {
    const cloneInto = (name: string, size: string) =>
      fixture.client.create<DataVolume>(RESOURCES.dataVolumes, {
        metadata: { name, namespace: 'dev-a' },
        spec: {
          source: { pvc: { namespace: 'golden-images', name: 'base' } },
          pvc: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: size } },
            storageClassName: 'longhorn',
          },
        },
      });

    it('copies with the host, in the phases that were recorded', async () => {
      await cloneInto('host-clone', '2Gi');
      await fixture.imported('dev-a/host-clone');
      expect(fixture.phasesOf('dev-a/host-clone')).toEqual([
        'CloneScheduled',
        'CloneInProgress',
        'RebindInProgress',
        'Succeeded',
      ]);
      expect(await sha256(fixture.diskOf('dev-a/host-clone'))).toBe(
        await sha256(fixture.diskOf('golden-images/base')),
      );
    });

    it('refuses a smaller target', async () => {
      await cloneInto('small-clone', '512Mi');
      const condition = await fixture.until(() =>
        fixture.dataVolumes
          .get('dev-a/small-clone')
          ?.status?.conditions?.find(
            ({ type, reason }) =>
              type === 'Bound' && reason === 'CloneValidationFailed',
          ),
      );
      expect(condition.message).toBe(
        'target resources requests storage size is smaller than the source 536870912 < 1073741824',
      );
    });

    it('copies with the driver where the storage profile says so, and grows a larger target', async () => {
      const profile = await fixture.client.get<Kube>(
        RESOURCES.storageProfiles,
        'longhorn',
      );
      await fixture.client.patch(RESOURCES.storageProfiles, profile!, {
        spec: { cloneStrategy: 'csi-clone' },
      });
      await cloneInto('csi-clone', '1Gi');
      await cloneInto('csi-larger', '2Gi');
      await fixture.imported('dev-a/csi-clone');
      await fixture.imported('dev-a/csi-larger');
      await fixture.copied('dev-a/csi-clone');
      expect(fixture.phasesOf('dev-a/csi-clone')).toEqual([
        'CloneScheduled',
        'CSICloneInProgress',
        'RebindInProgress',
        'Succeeded',
      ]);
      expect(fixture.phasesOf('dev-a/csi-larger')).toContain(
        'PrepClaimInProgress',
      );
      const larger = fixture.claims.get('dev-a/csi-larger')!;
      expect(
        fixture.volumes.get(larger.spec.volumeName!)?.spec.capacity?.storage,
      ).toBe('2Gi');
      expect(await sha256(fixture.diskOf('dev-a/csi-larger'))).toBe(
        await sha256(fixture.diskOf('golden-images/base')),
      );
      await fixture.client.patch(RESOURCES.storageProfiles, profile!, {
        spec: { cloneStrategy: null },
      });
    });
  });

  it('lets copies fail where that is switched on, and tries again', async () => {
    await fixture.namespace('sandbox-system');
    await fixture.client.create<ConfigMap>(RESOURCES.configMaps, {
      metadata: { name: 'sandbox-faults', namespace: 'sandbox-system' },
      data: { 'copy-fails': 'true' },
    });
    await fixture.cloneOf('base', 'unlucky');
    await fixture.until(() =>
      fixture.longhornOf('golden-images/unlucky')?.status?.cloneStatus
        ?.state === 'failed'
        ? true
        : undefined,
    );
    // The claim is bound all the same, as in a real cluster.
    await fixture.until(() =>
      fixture.claims.get('golden-images/unlucky')?.status?.phase === 'Bound'
        ? true
        : undefined,
    );
    const faults = await fixture.client.get<ConfigMap>(
      RESOURCES.configMaps,
      'sandbox-faults',
      'sandbox-system',
    );
    await fixture.client.patch(RESOURCES.configMaps, faults!, {
      data: { 'copy-fails': 'false' },
    });
    await fixture.copied('golden-images/unlucky');
  });
});

describe('a sandbox that was stopped', () => {
  it('finds everything again, and goes on with what it was doing', async () => {
    const first = await SandboxFixture.start({
      importBytesPerSecond: 10_000_000,
    });
    const url = `http://images.example.com/demo-linux.qcow2`;
    await first.importInto('base', url);
    await first.until(() =>
      /%/.test(
        first.dataVolumes.get('golden-images/base')?.status?.progress ?? '',
      )
        ? true
        : undefined,
    );
    await first.stop();

    const second = await SandboxFixture.start({}, first.folder);
    await second.imported('golden-images/base');
    await second.cloneOf('base', 'clone');
    await second.copied('golden-images/clone');
    const before = await sha256(second.diskOf('golden-images/clone'));
    await second.stop();

    const third = await SandboxFixture.start({}, first.folder);
    expect(third.claims.get('golden-images/clone')?.status?.phase).toBe(
      'Bound',
    );
    expect(await sha256(third.diskOf('golden-images/clone'))).toBe(before);
    await third.remove();
  }, 60_000);
});
