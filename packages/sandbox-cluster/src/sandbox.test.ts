import { open, readdir } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import {
  RESOURCES,
  type Claim,
  type DataVolume,
} from './controllers/kube/types';
import { SandboxFixture } from './__testUtils__/SandboxFixture';
import { sha256 } from './__testUtils__/sha256';

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

describe('imports into the sandbox', () => {
  let fixture: SandboxFixture;
  let imageUrl: string;

  beforeAll(async () => {
    fixture = await SandboxFixture.start();
    imageUrl = `${fixture.sandbox.imageServerUrl}/small.qcow2`;

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
  it.each([
    [
      '404',
      (base: string) => `${base}/faults/404/small.qcow2`,
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
      (base: string) => `${base}/small.qcow2`,
      { size: '2Mi' },
      'Error',
      /^DataVolume too small to contain image$/,
    ],
    [
      'cut',
      (base: string) => `${base}/faults/cut/small.qcow2`,
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
    const second = await fixture.until(() => {
      const claim = fixture.claims.get('golden-images/again');
      return claim &&
        claim.metadata.uid !== first.metadata.uid &&
        claim.status?.phase === 'Bound'
        ? claim
        : undefined;
    });
    expect(second.spec.volumeName).not.toBe(first.spec.volumeName);
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
});

describe('a sandbox that was stopped', () => {
  it('finds everything again, and goes on with what it was doing', async () => {
    const first = await SandboxFixture.start({
      importBytesPerSecond: 100_000,
    });
    const url = `http://images.example.com/small.qcow2`;
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
