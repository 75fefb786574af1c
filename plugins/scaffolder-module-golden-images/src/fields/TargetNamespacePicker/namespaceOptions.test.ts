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
});
