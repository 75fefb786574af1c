import { namespace } from '../__testUtils__/answers';
import { namespaceOptions } from './namespaceOptions';

describe('namespaceOptions', () => {
  it('tells who owns a namespace, and whether it holds images', () => {
    expect(
      namespaceOptions([
        namespace({ name: 'team-b-dev', owner: undefined }),
        namespace({ name: 'images', imageNamespace: true }),
      ]),
    ).toEqual([
      {
        value: 'images',
        title: 'images',
        details: ['owned by team-a', 'holds golden images'],
      },
      {
        value: 'team-b-dev',
        title: 'team-b-dev',
        details: ['without an owner'],
      },
    ]);
  });

  it('takes namespaces of the same name in several clusters together', () => {
    expect(
      namespaceOptions([
        namespace({ cluster: 'dev-1' }),
        namespace({ cluster: 'dev-2' }),
      ]),
    ).toEqual([
      {
        value: 'team-a-dev',
        title: 'team-a-dev',
        details: ['owned by team-a', 'in dev-1, dev-2'],
      },
    ]);
  });

  it('tells what is left of the storage quota, and where it is not known', () => {
    const storage = (left: number, resource = 'requests.storage') => ({
      quota: 'disks',
      resource,
      unit: 'bytes' as const,
      hard: 20 * 2 ** 30,
      used: 0,
      left,
    });
    const details = namespaceOptions([
      namespace({
        name: 'a',
        quota: {
          known: true,
          left: [
            storage(8 * 2 ** 30),
            storage(
              2 ** 30,
              'fast.storageclass.storage.k8s.io/requests.storage',
            ),
          ],
        },
      }),
      namespace({ name: 'b', quota: { known: true, left: [] } }),
      namespace({ name: 'c', quota: { known: false, left: [] } }),
      namespace({ name: 'd', quota: { known: true, left: [storage(-5)] } }),
    ]).map(option => option.details.slice(1));
    expect(details).toEqual([
      ['8 GiB left of its quota'],
      [],
      ['quota not known'],
      ['0 B left of its quota'],
    ]);
  });
});
