import {
  ANNOTATIONS,
  LABELS,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { Claim } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage, GIB } from './__testUtils__/worldWithImage';

const key = { cluster: 'dev', namespace: 'team-a', name: 'orders-disk' };
const request: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
  entityRef: 'component:default/orders',
};
const dora = as('dora');
const owner = { ...dora, dryRun: false, force: false };

/** A world with a clone by CDI, whose claim is there. */
async function createWorldWithClone() {
  const world = createWorldWithImage();
  const { cluster, tracking, volumes } = world;
  await volumes.clone(request, { ...dora, dryRun: false });
  const dataVolume = cluster.peek({ type: RESOURCES.dataVolumes, ...key })!;
  cluster.put<Claim>(RESOURCES.claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace: 'team-a',
      name: 'orders-disk',
      ownerReferences: [
        {
          apiVersion: 'cdi.kubevirt.io/v1beta1',
          kind: 'DataVolume',
          name: 'orders-disk',
          uid: dataVolume.metadata.uid!,
          controller: true,
        },
      ],
    },
    spec: {
      storageClassName: 'longhorn',
      resources: { requests: { storage: '10Gi' } },
    },
  });
  const stateIs = async (state: object) => {
    tracking.states.set('dev/team-a/orders-disk', state);
    await tracking.refresh(key);
  };
  await stateIs({ state: 'usable', sizes: { capacityBytes: 10 * GIB } });
  return { ...world, stateIs };
}

describe('deleting a clone', () => {
  it('deletes the DataVolume, with its claim, and remembers who did', async () => {
    const { volumeDeleter, cluster, tracking } = await createWorldWithClone();
    const { outcome } = await volumeDeleter.delete(key, owner);
    expect(outcome).toBe('deleted');
    expect(cluster.writes.at(-1)).toBe('delete datavolumes/team-a/orders-disk');
    expect(cluster.count('persistentvolumeclaims')).toBe(0);
    expect(tracking.activity.at(-1)).toMatchObject({
      action: 'delete-requested',
      actor: 'user:default/dora',
      name: 'orders-disk',
    });
  });

  it.each([
    [{ state: 'copying' }, /bytes are still on their way/],
    [{ state: 'waiting' }, /bytes are still on their way/],
    [{ state: 'usable', usedBy: ['vm-1'] }, /used by vm-1/],
  ])('keeps what is %j, unless forced', async (state, message) => {
    const { volumeDeleter, cluster, stateIs } = await createWorldWithClone();
    await stateIs(state);
    await expect(volumeDeleter.delete(key, owner)).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(message),
    });
    expect(cluster.count('datavolumes')).toBe(3);
    await volumeDeleter.delete(key, { ...owner, force: true });
    expect(cluster.count('datavolumes')).toBe(2);
  });

  it('leaves alone what others made, and images', async () => {
    const { volumeDeleter, cluster } = await createWorldWithClone();
    cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'team-a', name: 'theirs' },
    });
    await expect(
      volumeDeleter.delete({ ...key, name: 'theirs' }, owner),
    ).rejects.toThrow(/was not made by this product as a clone/);
    await expect(
      volumeDeleter.delete(
        { ...key, namespace: 'golden-images', name: 'ubuntu-1' },
        { ...owner, ...as('lena'), force: true },
      ),
    ).rejects.toThrow(/left alone/);
    await expect(
      volumeDeleter.delete({ ...key, name: 'nothing' }, owner),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('is for the owner of the namespace', async () => {
    const { volumeDeleter } = await createWorldWithClone();
    await expect(
      volumeDeleter.delete(key, { ...owner, ...as('emil'), force: true }),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
  });

  it('is tried on the server, and nothing is deleted', async () => {
    const { volumeDeleter, cluster, tracking } = await createWorldWithClone();
    const count = tracking.activity.length;
    const answer = await volumeDeleter.delete(key, { ...owner, dryRun: true });
    expect(answer).toMatchObject({
      dryRun: true,
      outcome: 'deleted',
      uid: expect.any(String),
    });
    expect(answer.waitHandle).toBeUndefined();
    expect(cluster.dryRuns).toEqual(['delete datavolumes/team-a/orders-disk']);
    expect(cluster.count('datavolumes')).toBe(3);
    expect(tracking.activity).toHaveLength(count);
  });

  it('is of the one that was meant, by the uid of DataVolume or claim', async () => {
    const { volumeDeleter, cluster } = await createWorldWithClone();
    const writes = cluster.writes.length;
    await expect(
      volumeDeleter.delete(key, { ...owner, uid: 'uid-of-another' }),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message: expect.stringContaining('what bears its name now is left alone'),
    });
    expect(cluster.writes).toHaveLength(writes);
    const claim = cluster.peek({ type: RESOURCES.claims, ...key })!;
    const { uid } = claim.metadata;
    await volumeDeleter.delete(key, { ...owner, uid });
    expect(cluster.writes.at(-1)).toBe('delete datavolumes/team-a/orders-disk');
  });

  it('answers alike while it goes, and ends when its claim is gone', async () => {
    const { volumeDeleter, waits, cluster, tracking } =
      await createWorldWithClone();
    const ref = { type: RESOURCES.dataVolumes, ...key };
    const dataVolume = cluster.peek(ref)!;
    dataVolume.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    const writes = cluster.writes.length;
    const again = await volumeDeleter.delete(key, {
      ...owner,
      uid: dataVolume.metadata.uid,
    });
    expect(again).toMatchObject({
      outcome: 'deleted',
      sentence: 'team-a/orders-disk is being deleted already',
    });
    expect(cluster.writes).toHaveLength(writes);

    const held = { waitHandle: again.waitHandle! };
    cluster.remove(ref);
    await tracking.refresh(key);
    expect(await waits.status(held)).toMatchObject({
      outcome: 'waiting',
      sentence: expect.stringContaining(
        'its claim team-a/orders-disk is still',
      ),
    });
    cluster.remove({ type: RESOURCES.claims, ...key });
    await tracking.refresh(key);
    const end = await waits.status(held);
    expect(end.outcome).toBe('gone');
    expect(end.object).toBeUndefined();
  });

  it('takes back a request that waits for its turn', async () => {
    const { volumeDeleter, volumes, waits, tracking, cluster } =
      createWorldWithImage();
    tracking.queue.full = true;
    const made = await volumes.clone(request, { ...dora, dryRun: false });
    expect(made).toMatchObject({
      created: true,
      volume: { state: 'waiting', reason: 'its-turn', name: 'orders-disk' },
    });
    const again = await volumes.clone(request, { ...dora, dryRun: false });
    expect(again.created).toBe(false);
    await expect(
      volumes.clone({ ...request, size: '20Gi' }, { ...dora, dryRun: false }),
    ).rejects.toThrow(/waits for its turn, and asks for something else/);
    expect(await volumeDeleter.delete(key, owner)).toMatchObject({
      outcome: 'cancelled',
    });
    expect(tracking.queue.rows.size).toBe(0);
    expect(cluster.writes).toEqual([]);
    const second = await volumes.clone(request, { ...dora, dryRun: false });
    expect(second.created).toBe(true);
    expect(
      await waits.release({ waitHandle: second.waitHandle! }),
    ).toMatchObject({ outcome: 'deleted' });
    expect(tracking.queue.rows.size).toBe(0);
  });
});

describe('expanding a clone', () => {
  it('asks for a larger claim, and says what does not grow', async () => {
    const { volumeExpander, cluster, tracking } = await createWorldWithClone();
    const { warnings } = await volumeExpander.expand(
      key,
      { size: '20Gi' },
      dora,
    );
    expect(warnings).toEqual([expect.stringMatching(/disk\.img.*does not/)]);
    const claim = cluster.peek<Claim>({ type: RESOURCES.claims, ...key });
    expect(claim?.spec.resources?.requests?.storage).toBe('20Gi');
    expect(tracking.activity.at(-1)).toMatchObject({ action: 'expanded' });
  });

  it('refuses to shrink, classes that cannot grow, and quotas, all at once', async () => {
    const { volumeExpander, tracking, cluster } = await createWorldWithClone();
    tracking.classes[0].allowVolumeExpansion = false;
    await expect(
      volumeExpander.expand(key, { size: '10Gi' }, dora),
    ).rejects.toThrow(
      /^2 problems.*\n- size: must be larger than it is, 10Gi.*\n- size: volumes of class "longhorn" cannot grow/,
    );
    tracking.classes[0].allowVolumeExpansion = true;
    cluster.put(RESOURCES.quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { namespace: 'team-a', name: 'limit' },
      spec: { hard: { 'requests.storage': '15Gi' } },
      status: {
        hard: { 'requests.storage': '15Gi', persistentvolumeclaims: '1' },
        used: { 'requests.storage': '10Gi', persistentvolumeclaims: '1' },
      },
    });
    await expect(
      volumeExpander.expand(key, { size: '20Gi' }, dora),
    ).rejects.toThrow(/^size: quota "limit".*10Gi wanted.*5Gi left/);
    expect(cluster.writes.filter(write => write.startsWith('patch'))).toEqual(
      [],
    );
    await volumeExpander.expand(key, { size: '15Gi' }, dora);
  });

  it('waits for the copy, and is for the owner', async () => {
    const { volumeExpander, stateIs } = await createWorldWithClone();
    await expect(
      volumeExpander.expand(key, { size: '20Gi' }, as('emil')),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
    await stateIs({ state: 'copying' });
    await expect(
      volumeExpander.expand(key, { size: '20Gi' }, dora),
    ).rejects.toThrow(/not ready yet/);
  });
});

describe('volumes whose entity has gone', () => {
  it('are listed for admins, and for owners of their namespaces', async () => {
    const { orphans, cluster, tracking } = await createWorldWithClone();
    for (const namespace of ['team-a', 'team-b']) {
      cluster.put(RESOURCES.claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          namespace,
          name: 'left',
          labels: { [LABELS.role]: 'clone' },
          annotations: {
            [ANNOTATIONS.requestHash]: 'hash',
            [ANNOTATIONS.entityRef]: 'component:default/gone',
          },
        },
      });
      await tracking.refresh({ cluster: 'dev', namespace, name: 'left' });
    }
    const seenBy = async (name: string) =>
      (await orphans.list(as(name))).items.map(
        volume => `${volume.namespace}/${volume.name}`,
      );
    expect(await seenBy('ada')).toEqual(['team-a/left', 'team-b/left']);
    expect(await seenBy('dora')).toEqual(['team-a/left']);
    expect(await seenBy('lena')).toEqual([]);
  });
});
