import { connectedCluster, volumes } from '../fixtures/volumes';
import {
  parseImageList,
  parseNamespaceList,
  parsePreflight,
  parseVolumeList,
} from './parseAnswer';

/** As it comes over the wire. */
const wire = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('parseVolumeList', () => {
  it('reads every kind of volume as it is', () => {
    const answer = wire({
      items: Object.values(volumes),
      clusters: [connectedCluster],
    });
    expect(parseVolumeList(answer)).toEqual(answer);
  });

  it('takes fields and values of a newer backend', () => {
    const { items, clusters } = parseVolumeList({
      items: [
        {
          ...volumes.usable,
          state: 'hibernating',
          reason: 'winter',
          mood: 'good',
        },
        { ...volumes.failing, reason: 'gremlins', attempts: -1 },
      ],
      clusters: [{ ...connectedCluster, connection: 'asleep' }],
    });
    expect(items[0]).toMatchObject({ state: 'unknown', reason: 'unknown' });
    expect(items[0]).not.toHaveProperty('mood');
    expect(items[1]).toMatchObject({
      state: 'failing',
      message: volumes.failing.message,
    });
    expect(items[1].reason).toBe('unknown');
    expect(items[1].attempts).toBeUndefined();
    // Not known to be connected, so nothing is called fresh.
    expect(clusters[0].connection).toBe('connecting');
  });

  it('names what is wrong, and leaves no row out in silence', () => {
    expect(() =>
      parseVolumeList({
        items: [volumes.usable, { ...volumes.copying, name: undefined }],
        clusters: [],
      }),
    ).toThrow(/items\.1\.name: Required/);
  });

  it.each([
    undefined,
    'nonsense',
    [],
    { items: [] },
    { items: {}, clusters: [] },
  ])('refuses %j', answer => {
    expect(() => parseVolumeList(answer)).toThrow(
      /answer of the golden-images backend cannot be read/,
    );
  });

  it('refuses an item that is no object', () => {
    expect(() => parseVolumeList({ items: [7], clusters: [] })).toThrow(
      /items\.0 is not an object/,
    );
  });
});

describe('parsePreflight', () => {
  const answer = {
    ok: false,
    problems: [{ field: 'size', code: 'too-small', message: 'too small' }],
    warnings: ['slow'],
    unknown: [],
    facts: { uses: [], strategy: 'plain' },
  };

  it('reads problems, warnings and facts', () => {
    expect(parsePreflight(answer)).toEqual(answer);
  });

  it('keeps a problem of a kind that it does not know, and drops facts that it cannot read', () => {
    expect(
      parsePreflight({
        ...answer,
        problems: [{ field: 'size', code: 'of-tomorrow', message: 'no' }],
        facts: { uses: 'many' },
      }),
    ).toEqual({
      ...answer,
      problems: [{ field: 'size', code: 'invalid', message: 'no' }],
      facts: { uses: [] },
    });
  });

  it.each([
    undefined,
    'nonsense',
    { ...answer, problems: undefined },
    { ...answer, problems: [{ field: 'size', code: 'too-small' }] },
    { ...answer, ok: 'perhaps' },
  ])('refuses %j', broken => {
    expect(() => parsePreflight(broken)).toThrow(
      /answer of the golden-images backend cannot be read/,
    );
  });
});

describe('other lists', () => {
  it('reads images and namespaces', () => {
    const namespace = { cluster: 'dev-1', name: 'a', imageNamespace: false };
    expect(
      parseNamespaceList({ items: [namespace], clusters: [] }).items,
    ).toEqual([namespace]);
    expect(() => parseImageList({ items: [{}], clusters: [] })).toThrow(
      /items\.0\.kind/,
    );
  });
});
