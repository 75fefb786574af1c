import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { as } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const key = { cluster: 'dev', namespace: 'golden-images', name: 'ubuntu-1' };
const ref = { type: RESOURCES.dataVolumes, ...key };

async function seen() {
  const world = createWorldWithImage({}, [
    {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Group',
      metadata: { namespace: 'default', name: 'platform' },
    },
  ]);
  for (const name of ['ubuntu-1', 'ubuntu-2']) {
    await world.tracking.refresh({ ...key, name });
  }
  const annotations = () => world.cluster.peek(ref)?.metadata.annotations;
  return { ...world, annotations };
}

describe('MetadataService', () => {
  it('writes what was given, leaves the rest, and notes it in the history', async () => {
    const { metadata, annotations, cluster, tracking } = await seen();
    const before = annotations();
    const answer = await metadata.update(
      key,
      {
        title: 'Ubuntu',
        owner: 'Group:Default/Platform',
        links: [{ url: 'https://wiki.example/' }],
      },
      as('lena'),
    );
    expect(answer).toMatchObject({
      changed: true,
      warnings: [],
      image: {
        title: 'Ubuntu',
        owner: 'group:default/platform',
        links: [{ url: 'https://wiki.example/' }],
      },
    });
    expect(annotations()).toEqual({
      ...before,
      [ANNOTATIONS.title]: 'Ubuntu',
      [ANNOTATIONS.owner]: 'group:default/platform',
      [ANNOTATIONS.links]: '[{"url":"https://wiki.example/"}]',
    });
    expect(tracking.activity).toEqual([
      {
        ...key,
        kind: 'image',
        uid: cluster.peek(ref)?.metadata.uid,
        actor: 'user:default/lena',
        action: 'described',
        message: 'ubuntu-1: changed title, owner, links',
      },
    ]);
  });

  it('takes away what is null, and writes nothing where nothing changes', async () => {
    const { metadata, annotations, cluster, tracking } = await seen();
    await metadata.update(key, { title: 'Ubuntu', os: 'linux' }, as('lena'));
    const taken = await metadata.update(key, { title: null }, as('lena'));
    expect(taken.image.title).toBeUndefined();
    expect(annotations()).not.toHaveProperty([ANNOTATIONS.title]);
    const { length } = cluster.writes;
    const again = await metadata.update(
      key,
      { title: null, os: 'linux' },
      as('lena'),
    );
    expect(again).toMatchObject({ changed: false, image: { os: 'linux' } });
    expect(cluster.writes).toHaveLength(length);
    expect(tracking.activity).toHaveLength(2);
  });

  it('deprecates, and takes that back', async () => {
    const { metadata, tracking } = await seen();
    const deprecated = { reason: 'End of life.', successor: 'ubuntu/2' };
    const answer = await metadata.update(key, { deprecated }, as('lena'));
    expect(answer).toMatchObject({ image: { deprecated }, warnings: [] });
    await metadata.update(key, { deprecated: null }, as('lena'));
    expect(
      tracking.activity.map(({ action, message }) => [action, message]),
    ).toEqual([
      [
        'deprecated',
        'ubuntu-1 is deprecated: End of life. Use ubuntu/2 instead',
      ],
      ['deprecation-ended', 'ubuntu-1 is not deprecated any more'],
    ]);
  });

  it('warns of what is not there yet, and of what goes on being cloned', async () => {
    const { metadata, tracking } = await seen();
    tracking.states.set('dev/golden-images/ubuntu-1', {
      state: 'ready',
      current: true,
    });
    const { warnings } = await metadata.update(
      key,
      {
        owner: 'group:default/nobody',
        deprecated: { reason: 'old', successor: 'debian' },
      },
      as('lena'),
    );
    expect(warnings).toEqual([
      'owner: there is no group:default/nobody in the catalog, or you may not see it',
      'deprecated.successor: there is no ready image "debian" in namespace "golden-images"',
      'ubuntu-1 is the current version of ubuntu, which clones by name still copy. Make another version current.',
    ]);
  });

  it('refuses an owner that is a component, and a successor that is the image itself, at once', async () => {
    const { metadata, cluster } = await seen();
    await expect(
      metadata.update(
        key,
        {
          owner: 'component:default/orders',
          deprecated: { reason: 'old', successor: 'ubuntu/1' },
        },
        as('lena'),
      ),
    ).rejects.toThrow(
      /owner: "component:default\/orders" is neither a group nor a user.*\n.*deprecated\.successor: "ubuntu\/1" is this image itself/,
    );
    expect(cluster.writes).toEqual([]);
  });

  it('is for those who keep the images: being named as owner grants nothing', async () => {
    const { metadata, cluster, permissions } = await seen();
    await metadata.update(key, { owner: 'user:default/emil' }, as('lena'));
    const { length } = cluster.writes;
    await expect(
      metadata.update(key, { title: 'Mine' }, as('emil')),
    ).rejects.toThrow(/emil may not describe images in namespace/);
    permissions.authorize.mockResolvedValue([{ result: 'DENY' }]);
    await expect(
      metadata.update(key, { title: 'Mine' }, as('lena')),
    ).rejects.toThrow(/golden-images\.image\.manage/);
    expect(cluster.writes).toHaveLength(length);
  });

  it('does not overwrite what somebody else changes at the same time', async () => {
    const { metadata, cluster } = await seen();
    const before = cluster.peek(ref)!;
    cluster.refuseNext('patch', 'datavolumes', {
      status: 409,
      reason: 'Conflict',
      message: 'the object has been modified',
    });
    await expect(
      metadata.update(key, { title: 'x' }, as('lena')),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    expect(cluster.peek(ref)).toEqual(before);
  });

  it('describes a claim where the image has no DataVolume, and nothing that others made', async () => {
    const { metadata, cluster, tracking } = await seen();
    const claim = { type: RESOURCES.claims, ...key, name: 'restored' };
    const put = (annotations: Record<string, string>) =>
      cluster.put(RESOURCES.claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: 'restored',
          namespace: 'golden-images',
          labels: { [LABELS.role]: 'golden-image' },
          annotations,
        },
      });
    put({ [ANNOTATIONS.requestHash]: 'hash' });
    const restored = { ...key, name: 'restored' };
    await tracking.refresh(restored);
    await metadata.update(restored, { os: 'linux' }, as('lena'));
    expect(cluster.peek(claim)?.metadata.annotations).toMatchObject({
      [ANNOTATIONS.os]: 'linux',
    });
    put({});
    await expect(
      metadata.update(restored, { os: 'linux' }, as('lena')),
    ).rejects.toThrow(/was not made here/);
  });
});

describe('an import that describes its image', () => {
  const request = {
    name: 'debian',
    source: { http: { url: 'https://images.example/d' } },
    size: '10Gi',
    owner: 'Group:default/Platform',
  };
  const run = { ...as('lena'), dryRun: false };

  it('says so when the same import had another description', async () => {
    const { images } = await seen();
    const first = await images.import(request, run);
    expect(first.image.owner).toBe('group:default/platform');
    const again = await images.import({ ...request, title: 'Debian' }, run);
    expect(again).toMatchObject({ created: false });
    expect(again.warnings).toEqual([
      '"debian" was imported before, so what was said of it then stays as it is: title. Update the image to change that.',
    ]);
    expect((await images.import(request, run)).warnings).toEqual([]);
  });

  it('is refused with all that is wrong with it', async () => {
    const { images, cluster } = await seen();
    const wrong = { ...request, size: '1Ki', owner: 'component:default/a' };
    await expect(images.import(wrong, run)).rejects.toThrow(
      /size: must be at least 1Mi[^]*owner: "component:default\/a" is neither/,
    );
    expect(cluster.writes).toEqual([]);
  });
});

describe('a clone of a deprecated image', () => {
  it('is made, with a warning that names the successor', async () => {
    const { metadata, volumes, preflights } = await seen();
    await metadata.update(
      key,
      { deprecated: { reason: 'End of life', successor: 'ubuntu/2' } },
      as('lena'),
    );
    const clone = {
      image: { name: 'ubuntu', version: '1' },
      namespace: 'team-a',
      name: 'orders-disk',
    };
    const warning =
      'image: "golden-images/ubuntu-1" is deprecated: End of life. Use ubuntu/2 instead';
    const tried = await preflights.check({ clone }, as('dora'));
    expect(tried).toMatchObject({ ok: true });
    expect(tried.warnings).toContain(warning);
    const made = await volumes.clone(clone, { ...as('dora'), dryRun: false });
    expect(made).toMatchObject({ created: true });
    expect(made.warnings).toContain(warning);
  });
});
