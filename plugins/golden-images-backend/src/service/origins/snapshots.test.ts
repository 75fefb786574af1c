import {
  ANNOTATIONS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import {
  createWorldWithDisk,
  GIB,
  ofSnapshot,
  request,
} from './__testUtils__/worldWithDisk';

describe('an image of a snapshot', () => {
  it('is a DataVolume of the size that is restored', async () => {
    const world = createWorldWithDisk();
    const made = await world.made(ofSnapshot());
    expect(made.spec).toEqual({
      source: { snapshot: { namespace: 'team-a', name: 'before' } },
      pvc: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '10Gi' } },
      },
    });
    expect(made.metadata.annotations?.[ANNOTATIONS.sourceUid]).toBe(
      'snapshot-uid',
    );
  });

  it.each<[string, object, string]>([
    ['not ready', { readyToUse: false }, 'source.snapshot source-not-ready'],
    [
      'not bound',
      { boundVolumeSnapshotContentName: undefined },
      'source.snapshot source-not-ready',
    ],
    [
      'of no size',
      { restoreSize: undefined },
      'source.snapshot image-size-unknown',
    ],
  ])('is refused while that is %s', async (_name, status, expected) => {
    const { snapshot, codesOf } = createWorldWithDisk();
    snapshot(status);
    expect(await codesOf(ofSnapshot())).toEqual([expected]);
  });

  it('says in whose words it is not ready, without secrets', async () => {
    const { snapshot, check } = createWorldWithDisk();
    snapshot({
      readyToUse: false,
      error: { message: 'cannot reach https://u:SECRET@store.example/b' },
    });
    const { problems } = await check(ofSnapshot());
    expect(problems[0].message).toMatch(/is not ready to use: cannot reach/);
    expect(JSON.stringify(problems)).not.toContain('SECRET');
  });

  it.each<[string, Partial<ImportRequest>, string]>([
    ['less', { size: '9Gi' }, 'size too-small'],
    ['another mode', { volumeMode: 'Block' }, 'volumeMode mode-differs'],
  ])('is refused with %s', async (_name, change, expected) => {
    const { codesOf } = createWorldWithDisk();
    expect(await codesOf(ofSnapshot(change))).toEqual([expected]);
  });

  it('is refused when its volume has grown since', async () => {
    const { volume, codesOf } = createWorldWithDisk();
    volume({ size: String(20 * GIB) });
    expect(await codesOf(ofSnapshot())).toEqual([
      'source.snapshot image-resizing',
    ]);
  });

  it('is refused of another driver', async () => {
    const { content, codesOf } = createWorldWithDisk();
    content({ driver: 'other.example' });
    expect(await codesOf(ofSnapshot())).toEqual([
      'storageClass driver-differs',
    ]);
  });

  it.each([
    ['bak://volume/backup', /restores from a backup/],
    ['bi://backing?x', /backing image/],
  ])('of %s is named', async (handle, words) => {
    const { content, check } = createWorldWithDisk();
    content({}, handle);
    const { ok, warnings } = await check(ofSnapshot());
    expect(ok).toBe(true);
    expect(warnings).toContainEqual(expect.stringMatching(words));
  });

  it('is judged by its class where its content may not be read', async () => {
    const { cluster, check } = createWorldWithDisk();
    cluster.put(RESOURCES.snapshotClasses, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'snaps' },
      driver: 'driver.longhorn.io',
    });
    cluster.refuseNext('get', 'volumesnapshotcontents', {
      status: 403,
      reason: 'Forbidden',
      message: 'no',
    });
    const { ok, warnings, unknown } = await check(ofSnapshot());
    expect(ok).toBe(true);
    expect(unknown).toContainEqual(
      expect.stringMatching(/the snapshot: .*volumesnapshotcontents/),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/restores from a backup/),
      expect.stringMatching(/taken for Filesystem/),
      expect.stringMatching(/nothing tells whether snapshot "before"/),
    ]);
  });

  it('says so where there is none, and where there are none at all', async () => {
    const { cluster, codesOf, check } = createWorldWithDisk();
    const other = { snapshot: { namespace: 'team-a', name: 'other' } };
    expect(await codesOf(request({ source: other }))).toEqual([
      'source.snapshot.name source-missing',
    ]);
    cluster.refuseNext('list', 'volumesnapshots', {
      status: 404,
      message: 'the server could not find the requested resource',
    });
    const { problems } = await check(request({ source: other }));
    expect(problems).toEqual([
      {
        field: 'source.snapshot',
        code: 'snapshots-not-served',
        message:
          'cluster "dev" has no VolumeSnapshots (snapshot.storage.k8s.io/v1)',
        remedy: expect.stringContaining('install the CSI snapshot controller'),
      },
    ]);
  });

  it('is for who owns its namespace', async () => {
    const { check } = createWorldWithDisk();
    await expect(check(ofSnapshot(), 'lena')).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
  });
});
