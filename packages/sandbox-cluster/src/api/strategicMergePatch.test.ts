import { strategicMergePatch } from './strategicMergePatch';

describe('strategicMergePatch', () => {
  const pod = {
    metadata: { finalizers: ['a', 'b'], labels: { x: '1', y: '2' } },
    spec: {
      containers: [
        { name: 'one', image: 'i1', env: [{ name: 'A', value: '1' }] },
        { name: 'two', image: 'i2' },
      ],
      args: ['a', 'b'],
    },
  };

  it.each([
    [
      'maps',
      { metadata: { labels: { x: null, z: '3' } } },
      'metadata.labels',
      { y: '2', z: '3' },
    ],
    [
      'sets',
      { metadata: { finalizers: ['c'] } },
      'metadata.finalizers',
      ['a', 'b', 'c'],
    ],
    [
      'deletion from sets',
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      'metadata.finalizers',
      ['b'],
    ],
    ['plain lists', { spec: { args: ['c'] } }, 'spec.args', ['c']],
    [
      'lists with keys',
      {
        spec: {
          containers: [{ name: 'two', image: 'new' }, { name: 'three' }],
        },
      },
      'spec.containers',
      [
        pod.spec.containers[0],
        { name: 'two', image: 'new' },
        { name: 'three' },
      ],
    ],
    [
      'deletion from lists with keys',
      { spec: { containers: [{ name: 'one', $patch: 'delete' }] } },
      'spec.containers',
      [pod.spec.containers[1]],
    ],
    [
      'replacement of lists with keys',
      { spec: { containers: [{ name: 'only' }, { $patch: 'replace' }] } },
      'spec.containers',
      [{ name: 'only' }],
    ],
    [
      'replacement of maps',
      { metadata: { labels: { $patch: 'replace', q: '1' } } },
      'metadata.labels',
      { q: '1' },
    ],
  ])('merges %s', (_, patch, path, expected) => {
    const merged = strategicMergePatch(pod, patch);
    expect(merged).toHaveProperty(path, expected);
    expect(pod.metadata.labels).toEqual({ x: '1', y: '2' });
  });
});
