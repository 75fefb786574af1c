import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataVolume } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const old = { cluster: 'dev', namespace: 'golden-images', name: 'ubuntu-1' };
const current = { ...old, name: 'ubuntu-2' };
const asked = { dryRun: false, force: false, wait: false };
const BY = 'user:default/lena';

/** Version 1 has a volume, which others copy from or not. */
function createRetirableWorld() {
  const world = createWorldWithImage();
  const { cluster } = world;
  cluster.put(RESOURCES.claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'ubuntu-1', namespace: 'golden-images' },
    spec: { volumeName: 'pv-1' },
    status: { phase: 'Bound' },
  });
  cluster.put(RESOURCES.persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '10Gi' },
      csi: { driver: 'driver.longhorn.io', volumeHandle: 'lh-1' },
    },
  });
  const marked = () =>
    cluster.peek<DataVolume>({ type: RESOURCES.dataVolumes, ...old })?.metadata
      .annotations?.[ANNOTATIONS.retiring];
  const copyInto = (namespace: string) =>
    cluster.put(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: { name: 'orders', namespace },
      spec: {
        source: { pvc: { namespace: 'golden-images', name: 'ubuntu-1' } },
      },
      status: { phase: 'CloneScheduled' },
    });
  return { ...world, marked, copyInto };
}

describe('retiring an image', () => {
  it('marks it for whoever carries it out, with who asked', async () => {
    const { retirements, tracking, cluster, marked } = createRetirableWorld();
    const answer = await retirements.retire(old, { ...as('lena'), ...asked });
    expect(answer).toMatchObject({
      dryRun: false,
      image: { name: 'ubuntu-1', retirement: { by: BY } },
      dependents: {
        blockers: [],
        running: [],
        unseen: [],
        sizeBytes: 10 * 2 ** 30,
      },
    });
    expect(JSON.parse(marked()!)).toEqual({
      by: BY,
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(tracking.activity).toEqual([
      expect.objectContaining({ action: 'retiring', actor: BY }),
    ]);
    await retirements.retire(old, { ...as('lena'), ...asked });
    expect(cluster.writes).toEqual([
      'patch datavolumes/golden-images/ubuntu-1',
    ]);
  });

  it('tries without a write what speaks against it', async () => {
    const { retirements, cluster } = createRetirableWorld();
    const answer = await retirements.retire(current, {
      ...as('lena'),
      ...asked,
      dryRun: true,
    });
    expect(answer.dependents.blockers).toEqual([
      'It is the current version of ubuntu. Make another version current first, or withdraw the current version.',
    ]);
    expect(cluster.writes).toEqual([]);
  });

  it('is of the one that was meant, and answers alike while it goes', async () => {
    const { retirements, waits, cluster, tracking } = createRetirableWorld();
    const ref = { type: RESOURCES.dataVolumes, ...old };
    const lena = { ...as('lena'), ...asked };
    await expect(
      retirements.retire(old, { ...lena, uid: 'uid-of-another' }),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
    expect(cluster.writes).toEqual([]);
    const { uid } = cluster.peek({ type: RESOURCES.claims, ...old })!.metadata;
    const first = await retirements.retire(old, { ...lena, uid });
    expect(first.uid).toBe(cluster.peek(ref)?.metadata.uid);
    cluster.peek(ref)!.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    const again = await retirements.retire(old, { ...lena, uid });
    expect(again.waitHandle).toBe(first.waitHandle);
    expect(cluster.writes).toHaveLength(1);

    cluster.remove(ref);
    await tracking.refresh(old);
    const held = { waitHandle: again.waitHandle! };
    expect((await waits.status(held)).outcome).toBe('waiting');
    cluster.remove({ type: RESOURCES.claims, ...old });
    await tracking.refresh(old);
    expect((await waits.status(held)).outcome).toBe('gone');
  });

  it('says everything that speaks against it at once', async () => {
    const { retirements, cluster, copyInto } = createRetirableWorld();
    cluster.peek<DataVolume>({
      type: RESOURCES.dataVolumes,
      ...old,
    })!.metadata.annotations![ANNOTATIONS.hold] = 'an audit';
    copyInto('golden-images');
    cluster.refuseNext('list', 'volumes', { status: 403, message: 'no' });
    await expect(
      retirements.retire(old, { ...as('lena'), ...asked }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: [
        'It is on hold: an audit. Release the hold first.',
        'DataVolume golden-images/orders is being copied from it. Wait until that has ended, or ask to retire it then.',
        'Copies cannot all be seen: volumes of Longhorn cannot be read. Whoever is sure that nothing copies from it can force it.',
      ].join('\n'),
    });
    expect(cluster.writes).toEqual([]);
  });

  it('is forced only on request, and that is kept', async () => {
    const { retirements, cluster, tracking, marked } = createRetirableWorld();
    for (let time = 0; time < 2; time += 1) {
      cluster.refuseNext('list', 'volumes', { status: 403, message: 'no' });
    }
    await retirements.retire(old, { ...as('lena'), ...asked, force: true });
    expect(JSON.parse(marked()!)).toMatchObject({ force: true });
    expect(tracking.activity[0].message).toContain(
      'although copies cannot all be seen: volumes of Longhorn cannot be read',
    );
  });

  it('waits for copies where that is asked for', async () => {
    const { retirements, copyInto, marked } = createRetirableWorld();
    copyInto('team-a');
    const answer = await retirements.retire(old, {
      ...as('lena'),
      ...asked,
      wait: true,
    });
    expect(answer.dependents.running).toHaveLength(1);
    expect(marked()).toBeDefined();
  });

  it('takes the mark off again when a copy began just before it', async () => {
    const world = createRetirableWorld();
    const { retirements, cluster, marked, copyInto } = world;
    const { patch } = cluster;
    let first = true;
    cluster.patch = async (...args) => {
      if (first) copyInto('team-a');
      first = false;
      return patch.apply(cluster, args) as never;
    };
    await expect(
      retirements.retire(old, { ...as('lena'), ...asked }),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    expect(marked()).toBeUndefined();
    expect(world.tracking.activity).toEqual([]);
  });

  it('is called off while nothing is deleted', async () => {
    const { retirements, tracking, cluster, marked } = createRetirableWorld();
    await retirements.retire(old, { ...as('lena'), ...asked });
    await retirements.cancel(old, as('lena'));
    expect(marked()).toBeUndefined();
    expect(tracking.activity.map(({ action }) => action)).toEqual([
      'retiring',
      'retirement-cancelled',
    ]);
    cluster.peek({
      type: RESOURCES.dataVolumes,
      ...old,
    })!.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    await expect(retirements.cancel(old, as('lena'))).rejects.toThrow(
      '"ubuntu-1" is being deleted already',
    );
  });

  it('is for the owner of the namespace and admins, with the permission', async () => {
    const { retirements, permissions, cluster } = createRetirableWorld();
    for (const each of [
      retirements.retire(old, { ...as('dora'), ...asked, dryRun: true }),
      retirements.dependents(old, as('dora')),
      retirements.cancel(old, as('dora')),
    ]) {
      await expect(each).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringContaining('may not retire images'),
      });
    }
    permissions.authorize.mockImplementation(async requests =>
      requests.map(({ permission }) => ({
        result:
          permission.name === 'golden-images.image.retire'
            ? ('DENY' as const)
            : ('ALLOW' as const),
      })),
    );
    await expect(
      retirements.retire(old, { ...as('ada'), ...asked }),
    ).rejects.toThrow(/"golden-images.image.retire"/);
    expect(cluster.writes).toEqual([]);
  });
});

describe('what depends on an image', () => {
  it('names only what its reader may see', async () => {
    const { retirements, tracking, copyInto } = createRetirableWorld();
    copyInto('team-a');
    for (const namespace of ['team-a', 'golden-images']) {
      tracking.rows.set(`volume/dev/${namespace}/clone`, {
        object: {
          kind: 'volume',
          cluster: 'dev',
          namespace,
          name: 'clone',
          ours: true,
          state: 'usable',
          sizes: {},
          accessModes: [],
          usedBy: [],
          observedAt: '2026-01-01T00:00:00.000Z',
          source: { namespace: 'golden-images', name: 'ubuntu-1' },
        },
        giveUp: false,
        stage: 'usable',
        readyBefore: true,
      });
    }
    expect(await retirements.dependents(old, as('lena'))).toMatchObject({
      blockers: [
        'a DataVolume is being copied from it. Wait until that has ended, or ask to retire it then.',
      ],
      running: [{ kind: 'DataVolume', why: 'is being copied from it' }],
      clones: [{ namespace: 'golden-images', name: 'clone', state: 'usable' }],
      otherClones: 1,
    });
    expect(await retirements.dependents(old, as('ada'))).toMatchObject({
      running: [{ namespace: 'team-a', name: 'orders' }],
      clones: [{ namespace: 'team-a' }, { namespace: 'golden-images' }],
      otherClones: 0,
    });
  });
});
