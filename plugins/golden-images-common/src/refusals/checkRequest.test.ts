import { z } from 'zod/v3';
import { checkRequest, cloneRequestSchema, importRequestSchema } from '..';
import { closestWord } from './closestWord';

const SHA = `sha256:${'a'.repeat(64)}`;
const IMPORT = {
  name: 'ubuntu',
  version: '24-04',
  source: { http: { url: 'https://images.example/u.qcow2', checksum: SHA } },
  size: '10Gi',
};
const CLONE = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
};

const textsOf = (problems: ReturnType<typeof checkRequest>['problems']) =>
  problems?.map(({ field, message, remedy }) =>
    [`${field}: ${message}`, remedy].filter(Boolean).join('; '),
  );
const ofImport = (change: object) =>
  textsOf(
    checkRequest(importRequestSchema, { ...IMPORT, ...change }, 'body')
      .problems,
  );
const ofHttp = (change: object) =>
  ofImport({ source: { http: { ...IMPORT.source.http, ...change } } });
const ofClone = (change: object) =>
  textsOf(
    checkRequest(cloneRequestSchema, { ...CLONE, ...change }, 'body').problems,
  );

describe('checkRequest', () => {
  it('gives what the schema makes of a request without problems', () => {
    expect(checkRequest(importRequestSchema, IMPORT, 'body')).toEqual({
      data: IMPORT,
    });
    expect(checkRequest(cloneRequestSchema, CLONE, 'body')).toEqual({
      data: CLONE,
    });
  });

  it('tells every problem at once', () => {
    expect(
      ofImport({
        name: 'Ubuntu Server',
        version: 20261101,
        size: '10GB',
        sise: 1,
      }),
    ).toEqual([
      'name: must consist of lower case letters, digits and "-", and start and end with a letter or digit (given: "Ubuntu Server"); for example "ubuntu-server"',
      'version: must be text, not a number (given: 20261101); write it in quotes: "20261101"',
      'size: must be "auto" or a Kubernetes quantity; did you mean "10G"? (given: "10GB")',
      'sise: is not a field of this request; did you mean "size"?',
    ]);
  });

  it.each([
    [ofImport({ size: '10 gib' }), /did you mean "10Gi"/],
    [ofImport({ size: '-1Gi' }), /must be more than zero, such as "10Gi"/],
    [ofImport({ size: '10' }), /at least 1Mi; without a unit it counts bytes/],
    [ofImport({ size: '512Ki' }), /^size: must be at least 1Mi \(given/],
    [ofImport({ size: '9Pi' }), /must be at most 8Pi/],
    [ofImport({ size: '' }), /must not be empty; give it: Size of the volume/],
    [
      ofImport({ storageClass: '' }),
      /must not be empty; leave it out, or give/,
    ],
    [ofImport({ storageClass: 'Fast Disks' }), /for example "fast-disks"/],
    [ofImport({ volumeMode: 'block' }), /did you mean "Block"\?/],
    [
      ofImport({ name: 'a'.repeat(70) }),
      /must have at most 40 characters, not 70/,
    ],
    [ofImport({ timeoutSeconds: 1 }), /must be at least 10 \(given: 1\)/],
    [
      ofImport({ timeoutSeconds: 10.5 }),
      /must be a whole number, not a number with a fraction/,
    ],
    [ofImport({ source: null }), /must be an object with fields, not null/],
    [ofImport({ source: 'x' }), /give its fields: http, s3/],
    [ofHttp({ password: 'x' }), /put it into a Secret.*"secretRef"/],
    [ofHttp({ insecureSkipVerify: true }), /certConfigMap/],
    [ofHttp({ extraHeaders: ['a: b'] }), /"secretExtraHeaders"/],
    [ofHttp({ secretExtraHeaders: [] }), /must have at least 1 entry, not 0/],
    [ofHttp({ checksum: 'abc' }), /"algorithm:hex".*given: "abc"/],
    [
      ofClone({ accessModes: ['RWO'] }),
      /accessModes\[0\]: .*mean "ReadWriteOnce"/,
    ],
    [
      ofClone({ accessModes: ['ReadOnlyMany'] }),
      /accessModes\[0\]: must be one of/,
    ],
    [ofClone({ accessModes: 'ReadWriteOnce' }), /write it as a list/],
    [ofClone({ entityRef: 'orders' }), /full entity reference/],
  ])('%j', (texts, wanted) => {
    expect(texts).toHaveLength(1);
    expect(texts?.[0]).toMatch(wanted);
  });

  it('says of a whole what concerns no field', () => {
    const { problems } = checkRequest(importRequestSchema, [], 'body');
    expect(textsOf(problems)).toEqual([
      expect.stringMatching(/^body: must be an object with fields, not a list/),
    ]);
  });

  it('explains of several forms the one that was meant', () => {
    const schema = z.object({
      size: z.union([
        z.literal('auto'),
        z.string().regex(/^\d+Gi$/, 'must be "auto" or such as "10Gi"'),
      ]),
    });
    const { problems } = checkRequest(schema, { size: 'x' }, 'body');
    expect(textsOf(problems)).toEqual([
      'size: must be "auto" or such as "10Gi" (given: "x")',
    ]);
  });

  it.each([
    ['a password in an address', { url: 'ftp://u:hunter2@x.example/a' }],
    ['a Secret instead of its name', { secretRef: 'HUNTER2 hunter2' }],
    ['credentials by value', { token: 'hunter2' }],
    ['an address in the wrong place', { checksum: 'https://u:hunter2@x/' }],
  ])('does not repeat %s', (_name, change) => {
    expect(ofHttp(change)?.join()).toMatch(/source\.http/);
    expect(ofHttp(change)?.join()).not.toMatch(/hunter2/i);
  });

  it('is bounded, and shows no control characters', () => {
    const keys = Array.from({ length: 500 }, (_, at) => [
      `\u0007${at}${'k'.repeat(9999)}`,
      1,
    ]);
    const texts = ofImport({
      size: `1\n\u202e${'9'.repeat(9999)}`,
      ...Object.fromEntries(keys),
    });
    expect(texts).toHaveLength(20);
    expect(texts?.join('').length).toBeLessThan(20_000);
    expect(texts?.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe('closestWord', () => {
  it.each([
    ['sise', 'size'],
    ['SIZE', 'size'],
    ['storage_class', 'storageClass'],
    ['nmae', 'name'],
    ['volumes', undefined],
    ['x', undefined],
  ])('of %s is %s', (word, closest) => {
    const words = ['name', 'size', 'storageClass', 'os', 'volumeMode'];
    expect(closestWord(word, words)).toBe(closest);
  });
});
