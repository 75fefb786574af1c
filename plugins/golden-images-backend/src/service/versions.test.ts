import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataSource, DataVolume } from '../manifests';
import type { FakeCluster } from './__testUtils__/FakeCluster';
import { as } from './__testUtils__/world';
import { createWorldWithImage, setAlias } from './__testUtils__/worldWithImage';

const image = { cluster: 'dev', namespace: 'golden-images', image: 'ubuntu' };
const version1 = {
  cluster: 'dev',
  namespace: 'golden-images',
  name: 'ubuntu-1',
};
const alias = {
  type: RESOURCES.dataSources,
  namespace: 'golden-images',
  name: 'ubuntu',
};

function ours(cluster: FakeCluster, target = 'ubuntu-2') {
  cluster.put(RESOURCES.dataSources, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: {
      name: 'ubuntu',
      namespace: 'golden-images',
      labels: { [LABELS.role]: ROLE_GOLDEN_IMAGE },
      annotations: { [ANNOTATIONS.usedVersions]: '["1","2"]' },
    },
    spec: { source: { pvc: { namespace: 'golden-images', name: target } } },
  });
}

function createOurWorld() {
  const world = createWorldWithImage();
  ours(world.cluster);
  const at = () => world.cluster.peek<DataSource>(alias)!;
  return { ...world, at, points: () => at().spec.source?.pvc?.name };
}

describe('the current version of an image', () => {
  it('is rolled back and pinned, with an entry in the history', async () => {
    const { versions, tracking, at, points } = createOurWorld();
    expect(
      await versions.setCurrent(image, { version: '1' }, as('lena')),
    ).toEqual({ ...image, name: 'ubuntu-1', pinned: true, changed: true });
    expect(points()).toBe('ubuntu-1');
    expect(at().metadata.annotations).toEqual({
      [ANNOTATIONS.usedVersions]: '["1","2"]',
      [ANNOTATIONS.pinned]: 'true',
    });
    expect(tracking.activity).toEqual([
      expect.objectContaining({
        name: 'ubuntu-1',
        action: 'current-set',
        actor: 'user:default/lena',
        message: 'ubuntu-1 was made the current version of ubuntu and pinned',
      }),
    ]);
  });

  it('is moved without a pin, and a pin is taken off', async () => {
    const { versions, at, points } = createOurWorld();
    await versions.setCurrent(image, { version: '1' }, as('ada'));
    await versions.setCurrent(image, { version: '2', pin: false }, as('ada'));
    expect(points()).toBe('ubuntu-2');
    expect(at().metadata.annotations).not.toHaveProperty([ANNOTATIONS.pinned]);
    await versions.setCurrent(image, { version: '1' }, as('ada'));
    expect(await versions.unpin(image, as('lena'))).toMatchObject({
      name: 'ubuntu-1',
      pinned: false,
      changed: true,
    });
    expect(points()).toBe('ubuntu-1');
    expect(await versions.unpin(image, as('lena'))).toMatchObject({
      changed: false,
    });
  });

  it('writes nothing and notes nothing when it is so already', async () => {
    const { versions, cluster, tracking } = createOurWorld();
    expect(
      await versions.setCurrent(
        image,
        { version: '2', pin: false },
        as('lena'),
      ),
    ).toMatchObject({ changed: false });
    expect(cluster.writes).toEqual([]);
    expect(tracking.activity).toEqual([]);
  });

  it('is withdrawn; the versions that were used stay known', async () => {
    const { versions, at, points } = createOurWorld();
    expect(await versions.withdraw(image, as('lena'))).toEqual({
      ...image,
      name: undefined,
      pinned: false,
      changed: true,
    });
    expect(points()).toBeUndefined();
    expect(at().metadata.annotations).toEqual({
      [ANNOTATIONS.usedVersions]: '["1","2"]',
    });
    await expect(
      versions.withdraw({ ...image, image: 'other' }, as('lena')),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('can be chosen where there is no alias any more', async () => {
    const { versions, cluster, at, points } = createOurWorld();
    cluster.remove(alias);
    await versions.setCurrent(image, { version: '1' }, as('lena'));
    expect(points()).toBe('ubuntu-1');
    expect(at().metadata).toMatchObject({
      labels: { [LABELS.role]: ROLE_GOLDEN_IMAGE },
      annotations: {
        [ANNOTATIONS.usedVersions]: '["1"]',
        [ANNOTATIONS.pinned]: 'true',
      },
    });
  });

  it.each([
    ['importing', {}, /is not ready.*Importing/],
    ['ready', { ours: false }, /was not made here/],
    ['ready', { retirement: {} }, /is being retired/],
  ] as const)(
    'cannot be one that is %s with %j',
    async (state, more, words) => {
      const { versions, tracking, cluster } = createOurWorld();
      tracking.states.set('dev/golden-images/ubuntu-1', { state, ...more });
      await expect(
        versions.setCurrent(image, { version: '1' }, as('lena')),
      ).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringMatching(words),
      });
      expect(cluster.writes).toEqual([]);
    },
  );

  it('names the versions there are when it is told another', async () => {
    const { versions, tracking } = createOurWorld();
    for (const name of ['ubuntu-1', 'ubuntu-2']) {
      await tracking.refresh({ ...version1, name });
    }
    await expect(
      versions.setCurrent(image, { version: '3' }, as('lena')),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message:
        'version: there is no "3" of "ubuntu" in namespace "golden-images" of cluster "dev". Ready: 1, 2.',
    });
  });

  it('leaves a DataSource alone that is not ours', async () => {
    const { versions, cluster } = createWorldWithImage();
    setAlias(cluster, 'ubuntu-2');
    await expect(
      versions.setCurrent(image, { version: '1' }, as('lena')),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    expect(cluster.writes).toEqual([]);
  });

  it('is chosen by the owner of the namespace and admins only', async () => {
    const { versions, holds, cluster } = createOurWorld();
    const asked = [
      versions.setCurrent(image, { version: '1' }, as('dora')),
      versions.withdraw(image, as('dora')),
      versions.unpin(image, as('dora')),
      holds.hold(version1, { reason: 'x' }, as('dora')),
      holds.release(version1, as('dora')),
    ];
    for (const each of asked) {
      await expect(each).rejects.toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringContaining(
          'only its owner group:default/librarians and administrators may',
        ),
      });
    }
    expect(cluster.writes).toEqual([]);
  });

  it('needs the permission as well', async () => {
    const { versions, permissions } = createOurWorld();
    permissions.authorize.mockImplementation(async requests =>
      requests.map(({ permission }) => ({
        result:
          permission.name === 'golden-images.image.manage'
            ? ('DENY' as const)
            : ('ALLOW' as const),
      })),
    );
    await expect(
      versions.setCurrent(image, { version: '1' }, as('lena')),
    ).rejects.toThrow(
      /does not have the permission "golden-images.image.manage"/,
    );
  });

  it('is refused when somebody else was faster', async () => {
    const { versions, cluster } = createOurWorld();
    cluster.refuseNext('patch', 'datasources', { status: 409, message: 'x' });
    await expect(
      versions.setCurrent(image, { version: '1' }, as('lena')),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });
});

describe('a hold', () => {
  it('is set with a reason, and released', async () => {
    const { holds, cluster, tracking } = createOurWorld();
    const held = await holds.hold(version1, { reason: 'audit' }, as('lena'));
    expect(held.hold).toBe('audit');
    const object = () =>
      cluster.peek<DataVolume>({ type: RESOURCES.dataVolumes, ...version1 })!;
    expect(object().metadata.annotations?.[ANNOTATIONS.hold]).toBe('audit');
    await holds.hold(version1, { reason: 'audit' }, as('lena'));
    const freed = await holds.release(version1, as('lena'));
    expect(freed.hold).toBeUndefined();
    expect(object().metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.hold,
    ]);
    expect(tracking.activity.map(({ action }) => action)).toEqual([
      'held',
      'hold-released',
    ]);
  });

  it('keeps what is only to make room for newer versions', async () => {
    const { holds, cluster, tracking } = createOurWorld();
    const at = () =>
      cluster.peek<DataVolume>({ type: RESOURCES.dataVolumes, ...version1 })!;
    const object = at();
    const retiring = '{"at":"2026-01-01T00:00:00.000Z"}';
    cluster.put(RESOURCES.dataVolumes, {
      ...object,
      metadata: {
        ...object.metadata,
        annotations: {
          ...object.metadata.annotations,
          [ANNOTATIONS.retiring]: retiring,
        },
      },
    });
    await tracking.refresh(version1);
    const held = await holds.hold(version1, { reason: 'audit' }, as('lena'));
    expect(held).toMatchObject({ hold: 'audit' });
    expect(held.retirement).toBeUndefined();
    expect(at().metadata.annotations).not.toHaveProperty([
      ANNOTATIONS.retiring,
    ]);
  });

  it('is refused on what is being retired, and on what others made', async () => {
    const { holds, tracking, cluster } = createOurWorld();
    tracking.states.set('dev/golden-images/ubuntu-1', {
      state: 'ready',
      retirement: {},
    });
    await expect(
      holds.hold(version1, { reason: 'x' }, as('lena')),
    ).rejects.toThrow(/is being retired/);
    cluster.put(RESOURCES.dataVolumes, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: { name: 'theirs', namespace: 'golden-images' },
    });
    await expect(
      holds.hold({ ...version1, name: 'theirs' }, { reason: 'x' }, as('lena')),
    ).rejects.toThrow(/was not made here/);
    await expect(
      holds.hold({ ...version1, name: 'none' }, { reason: 'x' }, as('lena')),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
    expect(cluster.writes).toEqual([]);
  });
});
