import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { as, component, createWorld } from './__testUtils__/world';

async function withVolumes() {
  const world = createWorld();
  const put = async (
    namespace: string,
    name: string,
    entityRef?: string,
    kubernetesId?: string,
  ) => {
    world.cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        namespace,
        labels: {
          [LABELS.role]: 'clone',
          ...(kubernetesId && { [LABELS.kubernetesId]: kubernetesId }),
        },
        annotations: entityRef ? { [ANNOTATIONS.entityRef]: entityRef } : {},
      },
    });
    await world.tracking.refresh({ cluster: 'dev', namespace, name });
  };
  await put('team-a', 'orders-disk', 'component:default/orders', 'orders-id');
  await put('team-a', 'labelled', undefined, 'orders-id');
  await put('team-a', 'shares', 'component:default/x', 'orders-id');
  await put('team-b', 'intruder', 'component:default/orders');
  await put('team-b', 'billing-disk', 'component:default/billing');
  await put('nobodys', 'stray', 'component:default/orders');
  return world;
}

describe('VolumeReader', () => {
  it('shows the volumes of an entity to whoever may read it', async () => {
    const { volumeReader } = await withVolumes();
    const { items, clusters } = await volumeReader.ofEntity(
      'Component:default/Orders',
      as('emil'),
    );
    expect(
      items.map(({ name, owner, attachedBy }) => ({ name, owner, attachedBy })),
    ).toEqual([
      {
        name: 'orders-disk',
        owner: 'group:default/team-a',
        attachedBy: undefined,
      },
      { name: 'intruder', owner: 'group:default/team-b', attachedBy: 'team-b' },
      { name: 'stray', owner: undefined, attachedBy: 'nobodys' },
      {
        name: 'labelled',
        owner: 'group:default/team-a',
        attachedBy: undefined,
      },
    ]);
    expect(clusters).toHaveLength(1);
  });

  it.each(['component:default/nope', 'component:default/x'])(
    'shows nothing of %s, which is not in the catalog',
    async ref => {
      const { volumeReader } = await withVolumes();
      await expect(
        volumeReader.ofEntity(ref, as('dora')),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    },
  );

  it('refuses what is no entity ref', async () => {
    const { volumeReader } = await withVolumes();
    await expect(volumeReader.ofEntity('orders', as('dora'))).rejects.toThrow(
      /entityRef: "orders" must be a full entity reference/,
    );
  });

  it.each([
    ['dora', 'team-a', ['orders-disk', 'labelled', 'shares']],
    ['ada', 'team-b', ['intruder', 'billing-disk']],
    ['ada', 'nobodys', ['stray']],
  ])('shows %s the volumes of %s', async (name, namespace, names) => {
    const { volumeReader } = await withVolumes();
    const { items } = await volumeReader.ofNamespace(
      { cluster: 'dev', namespace },
      as(name),
    );
    expect(items.map(item => item.name)).toEqual(names);
  });

  it.each([
    ['dora', 'team-b'],
    ['emil', 'team-a'],
    ['dora', 'nobodys'],
    ['dora', 'not-there'],
  ])('refuses %s the volumes of %s', async (name, namespace) => {
    const { volumeReader } = await withVolumes();
    await expect(
      volumeReader.ofNamespace({ cluster: 'dev', namespace }, as(name)),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
  });

  it('denies nobody what has not been read yet', async () => {
    const { volumeReader, tracking } = await withVolumes();
    tracking.namespaces = [];
    tracking.connection = 'connecting';
    await expect(
      volumeReader.ofNamespace(
        { cluster: 'dev', namespace: 'team-a' },
        as('dora'),
      ),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(/has not been read yet/),
    });
  });

  it('shows one volume to its owner and to readers of its entity', async () => {
    const { volumeReader } = await withVolumes();
    const get = (user: string, namespace: string, name: string) =>
      volumeReader
        .get({ cluster: 'dev', namespace, name }, as(user))
        .then(volume => volume.name)
        .catch(error => error.name);
    expect(await get('dora', 'team-a', 'labelled')).toBe('labelled');
    expect(await get('emil', 'team-a', 'orders-disk')).toBe('orders-disk');
    expect(await get('emil', 'team-a', 'labelled')).toBe('NotFoundError');
    expect(await get('emil', 'team-a', 'shares')).toBe('NotFoundError');
    expect(await get('ada', 'team-a', 'shares')).toBe('shares');
    expect(await get('ada', 'team-a', 'nope')).toBe('NotFoundError');
  });
});

/** Claims of an application in the namespaces of two teams and of nobody. */
async function withSelector(annotations: Record<string, string>) {
  const world = createWorld(
    {
      clusters: [
        {
          name: 'dev',
          connection: { type: 'in-cluster' },
          kubernetesPluginName: 'development',
          scope: 'cluster',
          imageNamespaces: ['golden-images'],
          namespaces: [{ name: 'team-a2', owner: 'group:default/team-a' }],
        },
      ],
    },
    [component('shop', 'group:default/team-a', annotations)],
  );
  const put = async (
    namespace: string,
    name: string,
    entityRef?: string,
    app = 'shop',
  ) => {
    world.cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        namespace,
        labels: { app },
        annotations: entityRef ? { [ANNOTATIONS.entityRef]: entityRef } : {},
      },
    });
    await world.tracking.refresh({ cluster: 'dev', namespace, name });
  };
  await put('team-a', 'plain');
  await put('team-a', 'own', 'component:default/shop');
  await put('team-a', 'of-another', 'component:default/orders');
  await put('team-a', 'other-app', undefined, 'cart');
  await put('team-a2', 'second');
  await put('team-b', 'foreign');
  await put('nobodys', 'stray');
  return (user: string) =>
    world.volumeReader
      .ofEntity('component:default/shop', as(user))
      .then(({ items }) =>
        items.map(item => `${item.name}${item.ours ? '' : ' (not ours)'}`),
      );
}

describe('VolumeReader with a label selector', () => {
  const SELECTOR = 'backstage.io/kubernetes-label-selector';

  it('shows selected claims in namespaces of the owner, and to their own owners', async () => {
    const seenBy = await withSelector({ [SELECTOR]: 'app=shop' });
    const [own, plain] = ['own (not ours)', 'plain (not ours)'];
    const second = 'second (not ours)';
    expect(await seenBy('dora')).toEqual([own, plain, second]);
    expect(await seenBy('lena')).toEqual([own, plain, second]);
    expect(await seenBy('emil')).toEqual([
      own,
      plain,
      second,
      'foreign (not ours)',
    ]);
    expect(await seenBy('ada')).toEqual([
      own,
      plain,
      second,
      'foreign (not ours)',
      'stray (not ours)',
    ]);
  });

  it.each([
    [{ 'kubernetes-namespace': 'team-a2' }, ['own', 'second']],
    [{ 'kubernetes-cluster': 'dev' }, ['own', 'plain', 'second']],
    [{ 'kubernetes-cluster': 'development' }, ['own', 'plain', 'second']],
    [{ 'kubernetes-cluster': 'elsewhere' }, ['own']],
  ])('honours %j', async (where, names) => {
    const seenBy = await withSelector({
      [SELECTOR]: 'app in (shop)',
      ...Object.fromEntries(
        Object.entries(where).map(([key, value]) => [
          `backstage.io/${key}`,
          value,
        ]),
      ),
    });
    expect(await seenBy('dora')).toEqual(
      names.map(name => `${name} (not ours)`),
    );
  });

  it('says which annotation cannot be read', async () => {
    const seenBy = await withSelector({ [SELECTOR]: 'app>1' });
    await expect(seenBy('dora')).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /^Annotation backstage\.io\/kubernetes-label-selector of component:default\/shop: "app>1" is not a condition/,
      ),
    });
  });
});

describe('NamespaceService', () => {
  it.each([
    ['dora', 'clone', ['team-a']],
    ['dora', undefined, ['team-a']],
    ['dora', 'import', []],
    ['lena', 'import', ['golden-images']],
    ['lena', 'clone', ['golden-images']],
    ['ada', 'import', ['golden-images']],
    ['ada', 'clone', ['golden-images', 'team-a', 'team-b', 'nobodys']],
  ] as const)('lists for %s to %s: %j', async (user, purpose, names) => {
    const { namespaces } = createWorld();
    const { items } = await namespaces.list({ for: purpose }, as(user));
    expect(items.map(item => item.name)).toEqual(names);
  });

  it('lets configuration win over the annotation, and leaves out what goes', async () => {
    const world = createWorld({
      clusters: [
        {
          name: 'dev',
          connection: { type: 'in-cluster' },
          scope: 'cluster',
          imageNamespaces: ['golden-images'],
          namespaces: [
            { name: 'team-a', owner: 'group:default/team-b' },
            { name: 'team-b' },
          ],
        },
      ],
    });
    const list = async (user: string) =>
      (await world.namespaces.list({}, as(user))).items.map(item => item.name);
    expect(await list('dora')).toEqual([]);
    expect(await list('emil')).toEqual(['team-a', 'team-b']);
    world.tracking.namespaces = world.tracking.namespaces.map(row => ({
      ...row,
      terminating: row.name === 'team-b',
    }));
    expect(await list('emil')).toEqual(['team-a']);
    // namespaces may not be listed: those of the configuration
    world.tracking.namespaces = [];
    expect(await list('emil')).toEqual(['team-a']);
    expect(await list('ada')).toEqual(['golden-images', 'team-a', 'team-b']);
  });
});
