import {
  ANNOTATIONS,
  LABELS,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { Claim, DataVolume } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage, setAlias } from './__testUtils__/worldWithImage';
import { decodeWaitHandle } from './waitHandle';

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

describe('VolumeService.clone', () => {
  it('makes a DataVolume of the current version in another namespace', async () => {
    const { volumes, cluster } = createWorldWithImage();
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
    const { volumes, cluster } = createWorldWithImage();
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
    const { volumes, cluster } = createWorldWithImage();
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
    const { volumes, cluster } = createWorldWithImage();
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
    const { volumes, cluster } = createWorldWithImage();
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
      const { volumes, cluster } = createWorldWithImage();
      await expect(
        volumes.clone(other(change), { ...as(user), dryRun: false }),
      ).rejects.toMatchObject(error);
      expect(cluster.writes).toEqual([]);
    });

    it('lets admins clone anywhere, for anything', async () => {
      const { volumes } = createWorldWithImage();
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
      const { volumes, permissions } = createWorldWithImage();
      permissions.authorize.mockResolvedValue([{ result: 'DENY' }]);
      await expect(volumes.clone(request, run)).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringMatching(/golden-images\.volume\.clone/),
      });
    });
  });

  describe('run twice', () => {
    it('keeps what it was resolved to when the alias moves', async () => {
      const { volumes, cluster } = createWorldWithImage();
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
      const { volumes, cluster } = createWorldWithImage();
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => volumes.clone(request, run)),
      );
      expect(answers.filter(answer => answer.created)).toHaveLength(1);
      expect(
        cluster.writes.filter(write => write.startsWith('create')),
      ).toHaveLength(1);
    });

    it('names the difference to another request', async () => {
      const { volumes } = createWorldWithImage();
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
      const { volumes, cluster, tracking } = createWorldWithImage();
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
    });
  });

  it('leaves a request that failed in the queue as it is in a dry run', async () => {
    const { volumes, tracking } = createWorldWithImage();
    tracking.queue.full = true;
    await volumes.clone(request, run);
    const [row] = tracking.queue.rows.values();
    row.state = 'failed';
    await volumes.clone(request, { ...run, dryRun: true });
    expect([...tracking.queue.rows.values()]).toEqual([row]);
  });

  it('deletes a claim whose source the cluster dropped', async () => {
    const { volumes, cluster } = createWorldWithImage();
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

  describe('a claim whose source the cluster dropped, made by a backend that was killed then', () => {
    const plain = other({ namespace: 'golden-images', entityRef: undefined });
    const asLena = { ...as('lena'), dryRun: false };
    const claimRef = { ...volumeRef, type: RESOURCES.claims };

    async function killed() {
      const world = createWorldWithImage();
      world.cluster.admit = object => {
        delete (object as Claim).spec.dataSource;
        return object;
      };
      const { delete: remove } = world.cluster;
      world.cluster.delete = async () => {
        throw new Error('killed');
      };
      await expect(world.volumes.clone(plain, asLena)).rejects.toThrow(
        'killed',
      );
      world.cluster.delete = remove;
      expect(world.cluster.count('persistentvolumeclaims')).toBe(1);
      return world;
    }

    it('is deleted when the same is asked for again', async () => {
      const { volumes, cluster } = await killed();
      await expect(volumes.clone(plain, asLena)).rejects.toThrow(
        /dropped the source.*nothing was left behind/,
      );
      expect(cluster.count('persistentvolumeclaims')).toBe(0);
    });

    it('is left alone once it may be in use, and said to be wrong', async () => {
      const { volumes, cluster } = await killed();
      const ref = { ...claimRef, namespace: 'golden-images' };
      const { uid } = cluster.peek(ref)!.metadata;
      await cluster.patch(
        ref,
        { metadata: { annotations: { [ANNOTATIONS.claimUid]: uid } } },
        { uid: uid! },
      );
      await expect(volumes.clone(plain, asLena)).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringMatching(
          /^Claim "golden-images\/orders-disk" lacks something.*Delete it, then ask again\.$/,
        ),
      });
      expect(cluster.count('persistentvolumeclaims')).toBe(1);
    });
  });
});
