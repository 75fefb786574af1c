import { open } from 'node:fs/promises';
import {
  RESOURCES,
  type ConfigMap,
  type DataVolume,
  type Kube,
} from './controllers/kube/types';
import { SandboxFixture } from './__testUtils__/SandboxFixture';
import { sha256 } from './__testUtils__/sha256';

// Bytes are really copied; this only bounds a copy that would never end.
jest.setTimeout(60_000);

describe('clones in the sandbox', () => {
  let fixture: SandboxFixture;
  let imageUrl: string;

  beforeAll(async () => {
    fixture = await SandboxFixture.start();
    imageUrl = `${fixture.sandbox.imageServerUrl}/small.qcow2`;
    await fixture.namespace('dev-a');
    await fixture.importInto('base', imageUrl);
    await fixture.imported('golden-images/base');
  }, 60_000);

  afterAll(() => fixture.remove());

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
    const volume = await fixture.copied('golden-images/early-clone');
    expect(volume.status?.cloneStatus?.attemptCount).toBe(1);
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
    const healed = await fixture.copied('golden-images/unlucky');
    expect(healed.status?.cloneStatus?.attemptCount).toBeGreaterThan(1);
  });
});
