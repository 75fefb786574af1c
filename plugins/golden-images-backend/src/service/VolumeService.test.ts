import {
  ANNOTATIONS,
  LABELS,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { Claim, DataVolume } from '../manifests';
import { as, createWorld } from './__testUtils__/world';
import { decodeWaitHandle } from './waitHandle';

const GIB = 2 ** 30;
const request: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
  entityRef: 'component:default/orders',
};
const other = (change: Partial<CloneRequest>) => ({ ...request, ...change });
const run = { ...as('dora'), dryRun: false };
const volumeRef = {
  type: RESOURCES.dataVolumes,
  namespace: 'team-a',
  name: 'orders-disk',
};

/** A world with the ready image ubuntu, versions 1 and 2; 2 is current. */
function withImage() {
  const world = createWorld();
  const { cluster, tracking } = world;
  for (const version of ['1', '2']) {
    const name = `ubuntu-${version}`;
    cluster.put(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name,
        namespace: 'golden-images',
        labels: {
          [LABELS.role]: 'golden-image',
          [LABELS.image]: 'ubuntu',
          [LABELS.version]: version,
        },
        annotations: {
          [ANNOTATIONS.requestHash]: 'hash',
          [ANNOTATIONS.claimUid]: `claim-${version}`,
          [ANNOTATIONS.readyAt]: '2026-01-01T00:00:00Z',
        },
      },
      spec: { source: { http: { url: 'https://x', checksum: 'sha256:aa' } } },
    });
    tracking.states.set(`dev/golden-images/${name}`, { state: 'ready' });
    tracking.sources.set(`dev/golden-images/${name}`, {
      uid: `claim-${version}`,
      phase: 'Bound',
      capacityBytes: 10 * GIB,
      longhornSizeBytes: 10 * GIB,
      storageClass: 'longhorn',
      driver: 'driver.longhorn.io',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
    });
  }
  setAlias(cluster, 'ubuntu-2');
  return world;
}

function setAlias(
  cluster: ReturnType<typeof createWorld>['cluster'],
  name: string,
) {
  cluster.put(RESOURCES.dataSources, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: { name: 'ubuntu', namespace: 'golden-images' },
    spec: { source: { pvc: { namespace: 'golden-images', name } } },
  });
}

describe('VolumeService.clone', () => {
  it('makes a DataVolume of the current version in another namespace', async () => {
    const { volumes, cluster } = withImage();
    const answer = await volumes.clone(request, run);
    expect(answer).toMatchObject({
      created: true,
      volume: {
        namespace: 'team-a',
        name: 'orders-disk',
        state: 'copying',
        entityRef: 'component:default/orders',
      },
    });
    const made = cluster.peek<DataVolume>(volumeRef)!;
    expect(made.spec).toEqual({
      source: { pvc: { namespace: 'golden-images', name: 'ubuntu-2' } },
      pvc: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '10Gi' } },
      },
    });
    expect(made.metadata.labels).toMatchObject({
      [LABELS.role]: 'clone',
      [LABELS.version]: '2',
      // of the entity's annotation
      [LABELS.kubernetesId]: 'orders-id',
    });
    expect(made.metadata.annotations).toMatchObject({
      [ANNOTATIONS.sourceUid]: 'claim-2',
      [ANNOTATIONS.sourceVersion]: '2',
      [ANNOTATIONS.sourceDigest]: 'sha256:aa',
      [ANNOTATIONS.requestedBy]: 'user:default/dora',
      // deleted only where that was agreed
      [ANNOTATIONS.onTimeout]: 'keep',
    });
    expect(made.metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.deadline,
    ]);
    expect(decodeWaitHandle(answer.waitHandle!)).toMatchObject({
      kind: 'volume',
      uid: made.metadata.uid,
      onTimeout: 'keep',
    });
  });

  it('makes a plain claim in the namespace of the image', async () => {
    const { volumes, cluster } = withImage();
    await volumes
      .clone(other({ namespace: 'golden-images' }), {
        ...as('lena'),
        dryRun: false,
      })
      .catch(error => error);
    // the component belongs to team-a
    expect(cluster.writes).toEqual([]);
    await volumes.clone(
      other({ namespace: 'golden-images', entityRef: undefined }),
      { ...as('lena'), dryRun: false },
    );
    const made = cluster.peek<Claim>({
      type: RESOURCES.claims,
      namespace: 'golden-images',
      name: 'orders-disk',
    })!;
    expect(made.spec).toMatchObject({
      dataSource: {
        apiGroup: '',
        kind: 'PersistentVolumeClaim',
        name: 'ubuntu-2',
      },
      resources: { requests: { storage: '10Gi' } },
    });
    expect(made.metadata.labels).not.toHaveProperty([LABELS.kubernetesId]);
  });

  it('is deleted at its deadline where that was agreed', async () => {
    const { volumes, cluster } = withImage();
    await volumes.clone(
      other({ onTimeout: 'delete', timeoutSeconds: 600 }),
      run,
    );
    expect(cluster.peek(volumeRef)!.metadata.annotations).toMatchObject({
      [ANNOTATIONS.onTimeout]: 'delete',
      [ANNOTATIONS.deadline]: '2026-01-01T00:11:00.000Z',
    });
  });

  it('takes an entity that does not exist yet', async () => {
    const { volumes, cluster } = withImage();
    await volumes.clone(
      other({ entityRef: 'Component:default/Brand-New' }),
      run,
    );
    expect(cluster.peek(volumeRef)!.metadata).toMatchObject({
      annotations: {
        [ANNOTATIONS.entityRef]: 'component:default/brand-new',
      },
      labels: { [LABELS.kubernetesId]: 'brand-new' },
    });
  });

  it('writes nothing in a dry run', async () => {
    const { volumes, cluster } = withImage();
    const answer = await volumes.clone(request, { ...run, dryRun: true });
    expect(answer).toMatchObject({
      created: true,
      dryRun: true,
      volume: {
        state: 'pending',
        owner: 'group:default/team-a',
        source: { image: 'ubuntu', version: '2', uid: 'claim-2' },
      },
    });
    expect(answer.waitHandle).toBeUndefined();
    expect(cluster.writes).toEqual([
      'create datavolumes/team-a/orders-disk (dry run)',
    ]);
  });

  describe('who may', () => {
    const refused = (name: string, message: RegExp) => ({
      name,
      message: expect.stringMatching(message),
    });

    it.each([
      [
        'into a namespace of others',
        'dora',
        { namespace: 'team-b', entityRef: undefined },
        refused(
          'NotAllowedError',
          /"team-b" in cluster "dev" belongs to group:default\/team-b, not to user:default\/dora/,
        ),
      ],
      [
        "into nobody's namespace",
        'dora',
        { namespace: 'nobodys' },
        refused('NotAllowedError', /has no owner, so only administrators/),
      ],
      [
        'into no namespace at all',
        'dora',
        { namespace: 'nope' },
        refused('InputError', /"nope" does not exist in cluster "dev"/),
      ],
      [
        'for an entity of others',
        'dora',
        { entityRef: 'component:default/billing' },
        refused(
          'NotAllowedError',
          /component:default\/billing belongs to group:default\/team-b, not to user:default\/dora/,
        ),
      ],
    ])('refuses to clone %s', async (_name, user, change, error) => {
      const { volumes, cluster } = withImage();
      await expect(
        volumes.clone(other(change), { ...as(user), dryRun: false }),
      ).rejects.toMatchObject(error);
      expect(cluster.writes).toEqual([]);
    });

    it('lets admins clone anywhere, for anything', async () => {
      const { volumes } = withImage();
      await expect(
        volumes.clone(
          other({
            namespace: 'nobodys',
            entityRef: 'component:default/billing',
          }),
          { ...as('ada'), dryRun: false },
        ),
      ).resolves.toMatchObject({ created: true });
    });

    it('is narrowed by the permission framework', async () => {
      const { volumes, permissions } = withImage();
      permissions.authorize.mockResolvedValue([{ result: 'DENY' }]);
      await expect(volumes.clone(request, run)).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringMatching(/golden-images\.volume\.clone/),
      });
    });
  });

  describe('checks before it writes', () => {
    it('says who can import an image that is not there', async () => {
      const { volumes } = withImage();
      await expect(
        volumes.clone(other({ image: { name: 'debian' } }), run),
      ).rejects.toMatchObject({
        name: 'NotFoundError',
        message:
          'image: there is no "debian" in namespace "golden-images" of cluster "dev". It can be imported by group:default/librarians, group:default/admins.',
      });
    });

    it('names the versions that there are', async () => {
      const { volumes, tracking } = withImage();
      await tracking.refresh({
        cluster: 'dev',
        namespace: 'golden-images',
        name: 'ubuntu-1',
      });
      await expect(
        volumes.clone(other({ image: { name: 'ubuntu', version: '7' } }), run),
      ).rejects.toThrow(/no "ubuntu" version "7" .* Ready versions: 1\./);
    });

    it('does not take the version of another image', async () => {
      const { volumes, cluster, tracking } = withImage();
      const made = cluster.peek<DataVolume>({
        ...volumeRef,
        namespace: 'golden-images',
        name: 'ubuntu-1',
      })!;
      cluster.put(RESOURCES.dataVolumes, {
        ...made,
        metadata: {
          ...made.metadata,
          name: 'a-b-c',
          labels: {
            ...made.metadata.labels,
            [LABELS.image]: 'a',
            [LABELS.version]: 'b-c',
          },
        },
      });
      tracking.states.set('dev/golden-images/a-b-c', { state: 'ready' });
      await expect(
        volumes.clone(other({ image: { name: 'a-b', version: 'c' } }), run),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    });

    it.each([
      [
        { state: 'importing', progressPercent: 42 },
        /Importing, 42 %.*Wait until/,
      ],
      [
        { state: 'failing', reason: 'http-client-error', retries: true },
        /Not all right: the image server refused the request.*Check the URL/,
      ],
      [{ state: 'failing', reason: 're-imported' }, /imported again under/],
      [{ state: 'deleting' }, /Being retired.*Choose another version/],
    ] as const)('refuses an image that is %j', async (state, message) => {
      const { volumes, tracking, cluster } = withImage();
      tracking.states.set('dev/golden-images/ubuntu-2', state);
      await expect(volumes.clone(request, run)).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringMatching(message),
      });
      expect(cluster.writes).toEqual([]);
    });

    it('refuses an image whose claim is another than was published', async () => {
      const { volumes, tracking } = withImage();
      const source = tracking.sources.get('dev/golden-images/ubuntu-2')!;
      source.uid = 'another';
      await expect(volumes.clone(request, run)).rejects.toThrow(
        /was made again since it was published/,
      );
    });

    it('refuses an image that is being retired', async () => {
      const { volumes, cluster } = withImage();
      cluster.peek({
        ...volumeRef,
        namespace: 'golden-images',
        name: 'ubuntu-2',
      })!.metadata.annotations![ANNOTATIONS.retiring] = 'true';
      await expect(volumes.clone(request, run)).rejects.toThrow(
        /"ubuntu-2" is being retired/,
      );
    });

    it('refuses an image whose volume is being resized', async () => {
      const { volumes, tracking } = withImage();
      tracking.sources.get('dev/golden-images/ubuntu-2')!.longhornSizeBytes =
        20 * GIB;
      await expect(volumes.clone(request, run)).rejects.toThrow(
        /is being resized/,
      );
    });

    it('says everything at once', async () => {
      const { volumes } = withImage();
      await expect(
        volumes.clone(other({ size: '5Gi', storageClass: 'nope' }), run),
      ).rejects.toThrow(
        /^2 problems, nothing was written:\n- size: must be at least that of the image's volume, 10Gi \(asked for: 5Gi\)\n- storageClass: "nope" does not exist/,
      );
    });

    it('refuses a class of another driver', async () => {
      const { volumes, tracking } = withImage();
      tracking.classes.push({
        ...tracking.classes[0],
        name: 'nfs',
        provisioner: 'nfs.csi.k8s.io',
        isDefault: false,
      });
      await expect(
        volumes.clone(other({ storageClass: 'nfs' }), run),
      ).rejects.toThrow(
        /"nfs" is of nfs\.csi\.k8s\.io, but the image is on driver\.longhorn\.io/,
      );
    });

    it('needs CDI only for a DataVolume', async () => {
      const missing = { status: 404, message: 'not found' };
      const first = withImage();
      first.cluster.refuseNext('list', 'datavolumes', missing);
      await expect(first.volumes.clone(request, run)).rejects.toThrow(
        /CDI is not installed/,
      );
      const second = withImage();
      second.cluster.refuseNext('list', 'datavolumes', missing);
      await expect(
        second.volumes.clone(
          other({ namespace: 'golden-images', entityRef: undefined }),
          { ...as('lena'), dryRun: false },
        ),
      ).resolves.toMatchObject({ created: true });
    });

    it('refuses a namespace that is being deleted', async () => {
      const { volumes, cluster } = withImage();
      cluster.peek({
        type: RESOURCES.namespaces,
        name: 'team-a',
      })!.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      await expect(volumes.clone(request, run)).rejects.toThrow(
        /"team-a" is being deleted/,
      );
    });
  });

  describe('run twice', () => {
    it('keeps what it was resolved to when the alias moves', async () => {
      const { volumes, cluster } = withImage();
      const first = await volumes.clone(request, run);
      setAlias(cluster, 'ubuntu-1');
      const second = await volumes.clone(request, run);
      expect(second.created).toBe(false);
      expect(second.volume.uid).toBe(first.volume.uid);
      expect(cluster.peek<DataVolume>(volumeRef)!.spec.source?.pvc?.name).toBe(
        'ubuntu-2',
      );
    });

    it('makes one object when it runs at the same time', async () => {
      const { volumes, cluster } = withImage();
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => volumes.clone(request, run)),
      );
      expect(answers.filter(answer => answer.created)).toHaveLength(1);
      expect(
        cluster.writes.filter(write => write.startsWith('create')),
      ).toHaveLength(1);
    });

    it('names the difference to another request', async () => {
      const { volumes } = withImage();
      await volumes.clone(request, run);
      await expect(
        volumes.clone(
          other({ size: '20Gi', image: { name: 'ubuntu', version: '1' } }),
          run,
        ),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringMatching(
          /image\.version was not given, now "1"; size was not given, now "20Gi"/,
        ),
      });
    });

    it('replaces a clone that failed before it was usable', async () => {
      const { volumes, cluster, tracking } = withImage();
      await volumes.clone(request, run);
      const { uid } = cluster.peek(volumeRef)!.metadata;
      tracking.states.set('dev/team-a/orders-disk', {
        state: 'failed',
        reason: 'copy-attempts-exhausted',
      });
      await expect(volumes.clone(request, run)).rejects.toThrow(
        /Failed: the copy failed ten times.*"replaceFailed"/,
      );
      cluster.beforeCreate = () => {
        tracking.states.delete('dev/team-a/orders-disk');
      };
      await volumes.clone(other({ replaceFailed: true }), run);
      expect(cluster.peek(volumeRef)!.metadata.uid).not.toBe(uid);
      // only images are locked
      expect(cluster.writes).not.toContain(
        'patch datavolumes/team-a/orders-disk',
      );
    });
  });

  it('deletes a claim whose source the cluster dropped', async () => {
    const { volumes, cluster } = withImage();
    cluster.admit = object => {
      delete (object as Claim).spec.dataSource;
      return object;
    };
    await expect(
      volumes.clone(
        other({ namespace: 'golden-images', entityRef: undefined }),
        {
          ...as('lena'),
          dryRun: false,
        },
      ),
    ).rejects.toThrow(/dropped the source.*nothing was left behind/);
    expect(cluster.count('persistentvolumeclaims')).toBe(0);
  });
});
