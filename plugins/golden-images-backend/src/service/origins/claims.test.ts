import {
  ANNOTATIONS,
  LABELS,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import {
  type KubernetesObject,
  RESOURCES,
} from '../../kubernetes/ClusterClient';
import { as } from '../__testUtils__/world';
import {
  createWorldWithDisk,
  GIB,
  KEY,
  LONGHORN,
  ofSnapshot,
  request,
} from './__testUtils__/worldWithDisk';

describe('an image of a claim', () => {
  it('is a DataVolume with everything written out', async () => {
    const world = createWorldWithDisk();
    const made = await world.made();
    expect(made.spec).toEqual({
      source: { pvc: { namespace: 'team-a', name: 'disk' } },
      pvc: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '10Gi' } },
      },
    });
    expect(made.metadata.labels?.[LABELS.role]).toBe('golden-image');
    expect(made.metadata.annotations).toMatchObject({
      [ANNOTATIONS.sourceUid]: 'claim-uid',
      'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
    });
    expect(made.metadata.annotations).not.toHaveProperty(
      ANNOTATIONS.sourceVerified,
    );
  });

  it('takes one claim beside the source, too, and says how CDI copies', async () => {
    const { check, cluster } = createWorldWithDisk();
    cluster.put(RESOURCES.storageProfiles, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'StorageProfile',
      metadata: { name: 'longhorn' },
      status: { cloneStrategy: 'copy' },
    });
    for (const [namespace, hard] of [
      ['golden-images', '9Gi'],
      ['team-a', '9Gi'],
    ]) {
      cluster.put(RESOURCES.quotas, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { namespace, name: 'q' },
        spec: { hard: { 'requests.storage': hard } },
      });
    }
    const { facts, problems } = await check();
    expect(facts.strategy).toBe('copy');
    expect(facts.uses).toEqual([
      expect.objectContaining({
        namespace: 'golden-images',
        peakClaims: 1,
        peakBytes: 10 * GIB,
      }),
      expect.objectContaining({
        namespace: 'team-a',
        peakClaims: 1,
        peakBytes: 10 * GIB,
      }),
    ]);
    expect(problems.map(({ code }) => code)).toEqual(['quota', 'quota']);
  });

  it('is for who owns the namespace of the claim, and nothing is told to others', async () => {
    const { check, cluster } = createWorldWithDisk();
    cluster.remove({
      type: RESOURCES.claims,
      namespace: 'team-a',
      name: 'disk',
    });
    await expect(check(request(), 'lena')).rejects.toMatchObject({
      name: 'NotAllowedError',
      message:
        'source.pvc.namespace: "team-a" in cluster "dev" belongs to group:default/team-a, not to user:default/lena, and an image is for everybody; choose what is in a namespace of your own, or a golden image',
    });
    const nobodys = { pvc: { namespace: 'nobodys', name: 'disk' } };
    await expect(
      check(request({ source: nobodys }), 'lena'),
    ).rejects.toMatchObject({ message: expect.stringMatching(/has no owner/) });
  });

  it('who asks again gets what is there, also when the source is gone', async () => {
    const { images, cluster } = createWorldWithDisk();
    const run = { ...as('ada'), dryRun: false };
    await images.import(request(), run);
    cluster.remove({
      type: RESOURCES.claims,
      namespace: 'team-a',
      name: 'disk',
    });
    await expect(images.import(request(), run)).resolves.toMatchObject({
      created: false,
    });
    await expect(
      images.import(request({ size: '10Gi' }), run),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it.each<[string, Partial<KubernetesObject>, string]>([
    [
      'is being deleted',
      { metadata: { name: 'disk', deletionTimestamp: '2026-01-01T00:00:00Z' } },
      'source.pvc source-not-ready',
    ],
    [
      'has no volume',
      { status: { phase: 'Pending' } },
      'source.pvc source-not-ready',
    ],
    [
      'is a helper of CDI',
      {
        metadata: {
          name: 'disk',
          labels: { 'velero.io/exclude-from-backup': 'true' },
        },
      },
      'source.pvc.name source-not-allowed',
    ],
    [
      'has a file system that has yet to grow',
      { status: { phase: 'Bound', capacity: { storage: '8Gi' } } },
      'source.pvc image-resizing',
    ],
  ])('is refused while the claim %s', async (_name, change, expected) => {
    const { claim, codesOf } = createWorldWithDisk();
    claim(change);
    expect(await codesOf()).toEqual([expected]);
  });

  it.each([
    [{ state: 'copying' }, 'source.pvc source-not-ready'],
    [
      { state: 'failing', reason: 'copy-failed' },
      'source.pvc source-not-ready',
    ],
    [{ state: 'lost' }, 'source.pvc source-not-ready'],
  ] as const)('is refused while that is %j', async (state, expected) => {
    const { tracking, codesOf } = createWorldWithDisk();
    tracking.states.set(KEY, state);
    expect(await codesOf()).toEqual([expected]);
  });

  it('is let through where its copy cannot be seen, and it is said', async () => {
    const { tracking, check } = createWorldWithDisk();
    tracking.states.set(KEY, {
      state: 'unknown',
      reason: 'bound-copy-state-unknown',
    });
    const { ok, warnings } = await check();
    expect(ok).toBe(true);
    expect(warnings).toContainEqual(
      expect.stringMatching(/are all there cannot be seen here/),
    );
  });

  it.each<[string, Partial<ImportRequest>, string]>([
    ['less', { size: '9Gi' }, 'size too-small'],
    ['another mode', { volumeMode: 'Block' }, 'volumeMode mode-differs'],
    ['an archive', { contentType: 'archive' }, 'contentType invalid'],
    [
      'a class that is not there',
      { storageClass: 'fast' },
      'storageClass storage-class-missing',
    ],
    [
      'a claim that is not there',
      { source: { pvc: { namespace: 'team-a', name: 'other' } } },
      'source.pvc.name source-missing',
    ],
  ])('is refused with %s', async (_name, change, expected) => {
    const { codesOf } = createWorldWithDisk();
    expect(await codesOf(request(change))).toEqual([expected]);
  });

  it('holds an archive where the claim does', async () => {
    const { claim, check, made } = createWorldWithDisk();
    claim({
      metadata: {
        name: 'disk',
        annotations: { 'cdi.kubevirt.io/storage.contentType': 'archive' },
      },
    });
    const other = await check(request({ contentType: 'kubevirt' }));
    expect(other.problems.map(({ code }) => code)).toEqual(['invalid']);
    expect((await made()).spec.contentType).toBe('archive');
  });

  it.each([
    [{ provisioner: 'other.example' }, {}, 'driver-differs'],
    [{ parameters: { dataEngine: 'v2' } }, {}, 'data-engine-differs'],
    [{}, { encrypted: true }, 'encryption-differs'],
  ])(
    'is refused on class %j of a volume %j',
    async (change, spec, expected) => {
      const { tracking, volume, check } = createWorldWithDisk();
      tracking.classes = [{ ...LONGHORN, ...change }];
      volume(spec);
      const { problems } = await check();
      expect(problems).toEqual([
        expect.objectContaining({
          code: expected,
          message: expect.stringContaining('the source is'),
        }),
      ]);
    },
  );

  it('names the Pod that CDI waits for, of those that may write', async () => {
    const { cluster, check, volume, clock } = createWorldWithDisk();
    cluster.put(RESOURCES.storageProfiles, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'StorageProfile',
      metadata: { name: 'longhorn' },
      spec: { cloneStrategy: 'copy' },
    });
    const pod = (name: string, readOnly: boolean) =>
      cluster.put(RESOURCES.pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'team-a', name },
        spec: {
          volumes: [
            {
              name: 'd',
              persistentVolumeClaim: { claimName: 'disk', readOnly },
            },
          ],
        },
        status: { phase: 'Running' },
      });
    pod('reader', true);
    const waits = expect.stringMatching(
      /by "copy", which waits until no Pod writes to the source; now used by: /,
    );
    expect((await check()).warnings).not.toContainEqual(waits);
    pod('writer', false);
    const { ok, warnings } = await check();
    expect(ok).toBe(true);
    expect(warnings).toContainEqual(waits);
    expect(warnings.join()).toMatch(/used by: writer\./);
    // Where Pods may not be listed, Longhorn's word counts.
    cluster.lacking.add('list pods team-a');
    volume({}, ['someone']);
    await clock.sleep(6_000);
    expect((await check()).warnings.join()).toMatch(/used by: someone\./);
  });

  it('needs rights, which are named', async () => {
    const { cluster, codesOf, check } = createWorldWithDisk();
    cluster.lacking.add('create datavolumes/source team-a');
    expect((await check()).problems).toEqual([
      expect.objectContaining({
        code: 'right-missing',
        message: expect.stringContaining('["datavolumes/source"]'),
      }),
    ]);
    cluster.lacking.clear();
    cluster.lacking.add('get persistentvolumeclaims team-a');
    expect(await codesOf(request({ name: 'other' }))).toEqual([
      'cluster right-missing',
    ]);
  });

  it('keeps to what is left of the snapshots of the volume', async () => {
    const { cluster, codesOf } = createWorldWithDisk();
    for (let number = 0; number < 240; number += 1) {
      cluster.put(RESOURCES.longhornSnapshots, {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Snapshot',
        metadata: {
          namespace: 'longhorn-system',
          name: `s${number}`,
          labels: { longhornvolume: 'lh-1' },
        },
      });
    }
    expect(await codesOf()).toEqual(['source.pvc snapshots-exhausted']);
    expect(await codesOf(ofSnapshot())).toEqual([]);
  });
});
