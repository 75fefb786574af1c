import type { ClusterConfig } from '../config/types';
import type { ClusterWatcher, ResourceType } from '../kubernetes';
import { missingRights } from './rights';

const cluster = (scope: ClusterConfig['scope']): ClusterConfig => ({
  name: 'dev',
  connection: { type: 'in-cluster' },
  scope,
  imageNamespaces: ['golden-images'],
  namespaces: [],
});
/** Lacks what is listed, such as `get volumesnapshots team-a`. */
const without = (...lacking: string[]) =>
  ({
    mayI: async (verb: string, type: ResourceType, namespace?: string) =>
      !lacking.includes(
        [verb, type.resource, namespace].filter(Boolean).join(' '),
      ),
  } as ClusterWatcher);

describe('missing rights', () => {
  it('are none where everything is granted', async () => {
    expect(await missingRights(without(), cluster('cluster'))).toEqual([]);
  });

  it('switch off images of claims and of snapshots, each by itself', async () => {
    const watcher = without(
      'create datavolumes/source team-a',
      'get volumesnapshots team-b',
    );
    expect(await missingRights(watcher, cluster(['team-a', 'team-b']))).toEqual(
      [
        {
          feature: 'image-from-claim',
          reason:
            'The account of the backend may not create datavolumes/source.cdi.kubevirt.io in team-a',
        },
        {
          feature: 'image-from-snapshot',
          reason:
            'The account of the backend may not get volumesnapshots.snapshot.storage.k8s.io in team-b',
        },
      ],
    );
    expect(
      await missingRights(without('get volumesnapshots'), cluster('cluster')),
    ).toEqual([
      expect.objectContaining({
        feature: 'image-from-snapshot',
        reason: expect.stringMatching(/in every namespace$/),
      }),
    ]);
  });

  it('are those of writes to disks that were cloned too, each named once', async () => {
    const lacking = [
      'patch persistentvolumeclaims team-a',
      'delete persistentvolumeclaims team-a',
      'patch datavolumes golden-images',
    ];
    const missing = await missingRights(
      without(...lacking),
      cluster(['team-a', 'golden-images']),
    );
    const may = 'The account of the backend may not';
    expect(missing).toEqual([
      {
        feature: 'identity',
        reason: `${may} patch datavolumes.cdi.kubevirt.io in golden-images`,
      },
      {
        feature: 'identity',
        reason: `${may} patch persistentvolumeclaims in team-a`,
      },
      {
        feature: 'release',
        reason: `${may} delete persistentvolumeclaims in team-a`,
      },
    ]);
  });
});
