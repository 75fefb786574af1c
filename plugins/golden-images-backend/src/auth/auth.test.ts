import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { goldenImagesReadPermission } from '@golden-images/plugin-golden-images-common';
import { volumeRuleset } from './__testUtils__/volumeRuleset';
import { Authorizer, EntityAccess, namespaceOwner, owns, type Caller } from '.';

const credentials = mockCredentials.user('user:default/dora');
const caller = (refs: string[], admin = false): Caller => ({
  credentials,
  userRef: 'user:default/dora',
  ownershipRefs: refs,
  admin,
});

describe('owns', () => {
  it.each([
    [['group:default/a'], false, 'group:default/a', true],
    [['group:default/a'], false, 'group:default/b', false],
    [['group:default/a'], false, 'group:other/a', false],
    [[], false, undefined, false],
    [['undefined'], false, undefined, false],
    [[], true, undefined, true],
    [[], true, 'group:default/b', true],
  ])('refs %j, admin %s, owner %s: %s', (refs, admin, owner, expected) => {
    expect(owns(caller(refs, admin), owner)).toBe(expected);
  });
});

describe('namespaceOwner', () => {
  const config = {
    namespaces: [
      { name: 'configured', owner: 'group:default/a' },
      { name: 'listed' },
    ],
  };

  it.each([
    ['configured', 'group:default/b', 'group:default/a'],
    ['configured', undefined, 'group:default/a'],
    ['listed', 'group:default/b', 'group:default/b'],
    ['other', 'Group:Default/B', 'group:default/b'],
    ['other', undefined, undefined],
    ['other', '', undefined],
    ['other', 'team-b', undefined],
    ['other', 'group:default/', undefined],
  ])('of %s annotated %j is %j', (name, annotatedOwner, owner) => {
    expect(namespaceOwner(config, { name, annotatedOwner })).toBe(owner);
  });
});

describe('Authorizer', () => {
  const create = (admins: string[], result: 'ALLOW' | 'DENY' = 'ALLOW') => {
    const permissions = mockServices.permissions.mock();
    permissions.authorize.mockResolvedValue([{ result }]);
    const userInfo = mockServices.userInfo.mock();
    userInfo.getUserInfo.mockResolvedValue({
      userEntityRef: 'user:default/Dora',
      ownershipEntityRefs: ['group:default/Team-A'],
    });
    return {
      permissions,
      authorizer: new Authorizer({
        permissions,
        userInfo,
        admins,
        clock: { nowMs: () => 0 },
        volumeRuleset,
      }),
    };
  };

  it('asks with the credentials of the caller', async () => {
    const { authorizer, permissions } = create([]);
    await expect(
      authorizer.authorize(credentials, goldenImagesReadPermission),
    ).resolves.toEqual({
      credentials,
      userRef: 'user:default/dora',
      ownershipRefs: ['user:default/dora', 'group:default/team-a'],
      admin: false,
    });
    expect(permissions.authorize).toHaveBeenCalledWith(
      [{ permission: goldenImagesReadPermission }],
      { credentials },
    );
  });

  it.each([['user:default/dora'], ['group:default/team-a']])(
    'knows admins by %s',
    async admin => {
      const { authorizer } = create([admin]);
      await expect(
        authorizer.authorize(credentials, goldenImagesReadPermission),
      ).resolves.toMatchObject({ admin: true });
    },
  );

  it('refuses what is not granted, even to admins', async () => {
    const { authorizer } = create(['user:default/dora'], 'DENY');
    await expect(
      authorizer.authorize(credentials, goldenImagesReadPermission),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringMatching(/"golden-images\.read"/),
    });
  });
});

describe('EntityAccess', () => {
  const entities = new EntityAccess(
    catalogServiceMock({
      entities: ['a', 'b', 'nobodys'].map(name => ({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name, namespace: 'default' },
        relations:
          name === 'nobodys'
            ? []
            : [
                { type: 'ownedBy', targetRef: `group:default/${name}` },
                { type: 'partOf', targetRef: 'group:default/x' },
              ],
      })),
    }),
    { nowMs: () => 0 },
  );

  it.each([
    ['a', ['group:default/a'], false, 'allowed'],
    ['b', ['group:default/a'], false, 'NotAllowedError'],
    // only `ownedBy` counts
    ['a', ['group:default/x'], false, 'NotAllowedError'],
    ['nobodys', ['group:default/a'], false, 'NotAllowedError'],
    ['nobodys', [], true, 'allowed'],
    ['not-there-yet', [], false, 'allowed'],
  ])('component %s for %j, admin %s: %s', async (name, refs, admin, result) => {
    await expect(
      entities
        .requireOwnerIfPresent(`component:default/${name}`, caller(refs, admin))
        .then(() => 'allowed')
        .catch(error => error.name),
    ).resolves.toBe(result);
  });

  it('finds several at once', async () => {
    const found = await entities.findAllRecent(
      ['component:default/a', 'component:default/none'],
      caller([]),
    );
    expect(Array.from(found.keys())).toEqual(['component:default/a']);
  });
});
