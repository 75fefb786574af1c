import { open, readdir } from 'node:fs/promises';
import { Cache } from './controllers/kube/Cache';
import type {
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from './controllers/kube/snapshotTypes';
import {
  RESOURCES,
  type Claim,
  type DataSource,
  type DataVolume,
} from './controllers/kube/types';
import { SandboxFixture } from './__testUtils__/SandboxFixture';
import { sha256 } from './__testUtils__/sha256';

const SPEC = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  storageClassName: 'longhorn',
};

describe('snapshots in the sandbox', () => {
  let fixture: SandboxFixture;
  let snapshots: Cache<VolumeSnapshot>;
  let contents: Cache<VolumeSnapshotContent>;
  const watching = new AbortController();

  beforeAll(async () => {
    fixture = await SandboxFixture.start();
    snapshots = new Cache(fixture.client, RESOURCES.volumeSnapshots);
    contents = new Cache(fixture.client, RESOURCES.snapshotContents);
    fixture.follow(snapshots, contents);
    await snapshots.start(watching.signal);
    await contents.start(watching.signal);
    await fixture.namespace('dev-a');
    for (const type of ['snap', 'bak']) {
      await fixture.client.create<VolumeSnapshotClass>(
        RESOURCES.snapshotClasses,
        {
          metadata: { name: `longhorn-${type}` },
          driver: 'driver.longhorn.io',
          deletionPolicy: 'Delete',
          parameters: { type },
        },
      );
    }
    await fixture.importInto(
      'base',
      `${fixture.sandbox.imageServerUrl}/small.qcow2`,
    );
    await fixture.imported('golden-images/base');
  }, 60_000);

  afterAll(async () => {
    watching.abort();
    await fixture.remove();
  });

  const snapshotOf = (
    claim: string,
    name: string,
    volumeSnapshotClassName: string | undefined = 'longhorn-snap',
  ) =>
    fixture.client.create<VolumeSnapshot>(RESOURCES.volumeSnapshots, {
      metadata: { name, namespace: 'golden-images' },
      spec: {
        source: { persistentVolumeClaimName: claim },
        volumeSnapshotClassName,
      },
    });
  const taken = (name: string) =>
    fixture.until(() => {
      const snapshot = snapshots.get(`golden-images/${name}`);
      return snapshot?.status?.readyToUse ? snapshot : undefined;
    });
  const restore = (snapshot: string, name: string, size = '1Gi') =>
    fixture.client.create<Claim>(RESOURCES.claims, {
      metadata: { name, namespace: 'golden-images' },
      spec: {
        ...SPEC,
        resources: { requests: { storage: size } },
        dataSource: {
          apiGroup: 'snapshot.storage.k8s.io',
          kind: 'VolumeSnapshot',
          name: snapshot,
        },
      },
    });
  const cloneInto = (name: string, source: object, size = '1Gi') =>
    fixture.client.create<DataVolume>(RESOURCES.dataVolumes, {
      metadata: { name, namespace: 'dev-a' },
      spec: {
        ...source,
        pvc: { ...SPEC, resources: { requests: { storage: size } } },
      } as DataVolume['spec'],
    });
  const FROM = { namespace: 'golden-images', name: 'first' };

  it('keep the bytes of the moment when they were taken', async () => {
    const asTaken = await sha256(fixture.diskOf('golden-images/base'));
    await snapshotOf('base', 'first');
    const { status } = await taken('first');
    expect(status).toMatchObject({ readyToUse: true, restoreSize: '1Gi' });
    const content = contents.get(status!.boundVolumeSnapshotContentName!);
    const { metadata } = fixture.longhornOf('golden-images/base')!;
    expect(content?.status?.snapshotHandle).toMatch(
      new RegExp(`^snap://${metadata.name}/snapshot-`),
    );
    const disk = await open(fixture.diskOf('golden-images/base'), 'r+');
    await disk.write(Buffer.alloc(4096, 0xa5), 0, 4096, 4096);
    await disk.close();

    await restore('first', 'restored');
    const volume = await fixture.copied('golden-images/restored');
    expect(volume.spec.dataSource).toBe(content?.status?.snapshotHandle);
    const restored = await sha256(fixture.diskOf('golden-images/restored'));
    expect(restored).toBe(asTaken);
    expect(await sha256(fixture.diskOf('golden-images/base'))).not.toBe(
      restored,
    );
  });

  it.each([
    [
      'larger',
      '2Gi',
      /size of target volume \(2147483648 bytes\) is different than size of source volume \(1073741824 bytes\)/,
    ],
    [
      'smaller',
      '512Mi',
      /requested volume size 536870912 is less than the size 1073741824 for the source snapshot first/,
    ],
  ])('are not restored to a %s claim', async (what, size, message) => {
    await restore('first', `bad-${what}`, size);
    const failure = await fixture.until(
      () => fixture.eventsOf(`bad-${what}`, 'ProvisioningFailed')[0],
    );
    expect(failure.message).toMatch(message);
  });

  it('become DataVolumes of another namespace, and grow there', async () => {
    await cloneInto('same', { source: { snapshot: FROM } });
    await cloneInto('larger', { source: { snapshot: FROM } }, '2Gi');
    await fixture.imported('dev-a/same');
    await fixture.imported('dev-a/larger');
    await fixture.copied('dev-a/same');
    expect(fixture.phasesOf('dev-a/same')).toEqual([
      'CloneScheduled',
      'CloneFromSnapshotSourceInProgress',
      'RebindInProgress',
      'Succeeded',
    ]);
    expect(fixture.phasesOf('dev-a/larger')).toContain('PrepClaimInProgress');
    const restored = await sha256(fixture.diskOf('golden-images/restored'));
    expect(await sha256(fixture.diskOf('dev-a/same'))).toBe(restored);
    expect(await sha256(fixture.diskOf('dev-a/larger'))).toBe(restored);
  });

  it('are found by way of a DataSource, and waited for', async () => {
    await fixture.client.create<DataSource>(RESOURCES.dataSources, {
      metadata: { name: 'alias', namespace: 'golden-images' },
      spec: {
        source: { snapshot: { namespace: 'golden-images', name: 'later' } },
      },
    });
    await cloneInto('early', {
      sourceRef: {
        kind: 'DataSource',
        namespace: 'golden-images',
        name: 'alias',
      },
    });
    const [missing] = await fixture.until(() => {
      const found = fixture.eventsOf('early', 'CloneWithoutSource');
      return found.length > 0 ? found : undefined;
    });
    expect(missing.message).toBe("The source snapshot later doesn't exist");
    await snapshotOf('base', 'later');
    await fixture.imported('dev-a/early');
    await fixture.copied('dev-a/early');
    expect(await sha256(fixture.diskOf('dev-a/early'))).toBe(
      await sha256(fixture.diskOf('golden-images/base')),
    );
  });

  it.each([
    [
      'a backup, for which there is no target',
      'base',
      'longhorn-bak',
      /backup target default is not available/,
    ],
    [
      'an unknown class',
      'base',
      'nope',
      /volumesnapshotclass\.snapshot\.storage\.k8s\.io \\"nope\\" not found/,
    ],
    [
      'a claim that is not there',
      'nothing',
      'longhorn-snap',
      /failed to retrieve PVC nothing from the lister/,
    ],
  ])('are not taken: %s', async (_name, claim, className, message) => {
    const { name } = (
      await snapshotOf(claim, `bad-${className}-${claim}`, className)
    ).metadata;
    const error = await fixture.until(
      () => snapshots.get(`golden-images/${name}`)?.status?.error?.message,
    );
    expect(error).toMatch(message);
    expect(snapshots.get(`golden-images/${name}`)?.status?.readyToUse).toBe(
      false,
    );
  });

  it.each([
    ['no source', {}],
    [
      'two sources',
      { persistentVolumeClaimName: 'base', volumeSnapshotContentName: 'x' },
    ],
  ])('with %s are refused by their definition', async (_name, source) => {
    await expect(
      fixture.client.create(RESOURCES.volumeSnapshots, {
        metadata: { name: 'wrong', namespace: 'golden-images' },
        spec: { source },
      } as VolumeSnapshot),
    ).rejects.toThrow(
      /exactly one of volumeSnapshotContentName and persistentVolumeClaimName/,
    );
  });

  it('go with their bytes, and with the volume', async () => {
    const kept = async () =>
      (await readdir(fixture.sandbox.disksFolder)).filter(name =>
        name.includes('@'),
      );
    const before = await kept();
    const later = await taken('later');
    const content = later.status!.boundVolumeSnapshotContentName!;
    await fixture.client.delete(RESOURCES.volumeSnapshots, later);
    await fixture.until(() => (contents.get(content) ? undefined : true));
    expect(await kept()).toHaveLength(before.length - 1);

    const base = fixture.dataVolumes.get('golden-images/base')!;
    const { name } = fixture.longhornOf('golden-images/base')!.metadata;
    await fixture.client.delete(RESOURCES.dataVolumes, base);
    await fixture.until(() => (fixture.volumes.get(name) ? undefined : true));
    expect((await kept()).filter(file => file.startsWith(name))).toEqual([]);
    await restore('first', 'too-late');
    const failure = await fixture.until(
      () => fixture.eventsOf('too-late', 'ProvisioningFailed')[0],
    );
    expect(failure.message).toMatch(/failed to verify data source/);
  });
});
