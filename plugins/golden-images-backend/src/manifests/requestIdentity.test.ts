import type {
  CloneRequest,
  ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import {
  canonicalJson,
  cloneIdentity,
  describeDifference,
  importIdentity,
} from '.';

const SHA = `sha256:${'a'.repeat(64)}`;
const importRequest: ImportRequest = {
  name: 'ubuntu',
  version: '24.04',
  source: { http: { url: 'https://images.example/u.qcow2?token=SECRET' } },
  size: '10Gi',
};
const cloneRequest: CloneRequest = {
  image: { name: 'ubuntu', version: '1' },
  namespace: 'team-a',
  name: 'orders-disk',
};

describe('request identity', () => {
  const hashOf = (change: Partial<ImportRequest>) =>
    importIdentity({ ...importRequest, ...change }, { namespace: 'gi' }).hash;
  const base = hashOf({});

  it.each<[string, Partial<ImportRequest>]>([
    ['the order of fields', { size: '10Gi', name: 'ubuntu' }],
    ['another spelling of the size', { size: '10240Mi' }],
    ['the task', { taskId: 'other' }],
    ['the wait', { timeoutSeconds: 10, onTimeout: 'keep' }],
    ['replaceFailed', { replaceFailed: true }],
    ['titles', { title: 'T', description: 'D', os: 'x', architecture: 'y' }],
    ['the alias', { setCurrent: false }],
    ['the cluster, where it is the only one', { cluster: 'dev' }],
  ])('does not depend on %s', (_name, change) => {
    expect(hashOf(change)).toBe(base);
  });

  it.each<[string, Partial<ImportRequest>]>([
    ['name', { name: 'debian' }],
    ['version', { version: '2' }],
    ['no version', { version: undefined }],
    ['url', { source: { http: { url: 'https://images.example/v' } } }],
    [
      'query of the url',
      { source: { http: { url: 'https://images.example/u.qcow2?token=X' } } },
    ],
    [
      'checksum',
      { source: { http: { ...importRequest.source.http!, checksum: SHA } } },
    ],
    [
      'secret',
      { source: { http: { ...importRequest.source.http!, secretRef: 's' } } },
    ],
    ['size', { size: '11Gi' }],
    ['class', { storageClass: 'longhorn' }],
    ['mode', { volumeMode: 'Block' }],
  ])('depends on %s', (_name, change) => {
    expect(hashOf(change)).not.toBe(base);
  });

  it('tells "a" + "b-c" from "a-b" + "c"', () => {
    expect(hashOf({ name: 'a', version: 'b-c' })).not.toBe(
      hashOf({ name: 'a-b', version: 'c' }),
    );
  });

  it('depends on the namespace', () => {
    expect(importIdentity(importRequest, { namespace: 'other' }).hash).not.toBe(
      base,
    );
  });

  it('keeps credentials out of the annotation', () => {
    const { request } = importIdentity(
      {
        ...importRequest,
        source: { http: { url: 'https://u:PASS@h.example/a?k=SECRET#f' } },
      },
      { namespace: 'gi' },
    );
    expect(JSON.parse(request).source.http.url).toBe('https://h.example/a');
    expect(request).not.toMatch(/PASS|SECRET/);
  });

  it('depends on what a clone is of and for', () => {
    const cloneHash = (
      change: Partial<CloneRequest>,
      entityRef?: string,
      imageNamespace = 'gi',
    ) =>
      cloneIdentity(
        { ...cloneRequest, ...change },
        { imageNamespace, entityRef },
      ).hash;
    const hashes = [
      cloneHash({}),
      cloneHash({}, 'component:default/a'),
      cloneHash({}, undefined, 'other'),
      cloneHash({ image: { name: 'ubuntu' } }),
      cloneHash({ size: '20Gi' }),
      cloneHash({ storageClass: 'x' }),
      cloneHash({ accessModes: ['ReadWriteMany'] }),
      cloneHash({ namespace: 'team-b' }),
      cloneHash({ name: 'other' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(cloneHash({ taskId: 'x', timeoutSeconds: 60 })).toBe(hashes[0]);
    expect(
      cloneHash({ image: { ...cloneRequest.image, namespace: 'gi' } }),
    ).toBe(hashes[0]);
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every level and drops what is absent', () => {
    expect(
      canonicalJson({ b: [{ z: 1, y: undefined }], a: { d: true, c: 'x' } }),
    ).toBe('{"a":{"c":"x","d":true},"b":[{"z":1}]}');
  });
});

describe('describeDifference', () => {
  const requestOf = (change: Partial<ImportRequest>) =>
    importIdentity({ ...importRequest, ...change }, { namespace: 'gi' })
      .request;

  it('names each field with its old and its new value', () => {
    expect(
      describeDifference(
        requestOf({ storageClass: 'fast' }),
        requestOf({
          size: '20Gi',
          source: { http: { url: 'https://images.example/v.qcow2' } },
        }),
      ),
    ).toBe(
      'size was "10Gi", now "20Gi"; source.http.url was "https://images.example/u.qcow2", now "https://images.example/v.qcow2"; storageClass was "fast", now not given',
    );
  });

  it('says so when only what is not recorded differs', () => {
    expect(describeDifference(requestOf({}), requestOf({}))).toBe(
      'the query of the source URL differs',
    );
  });

  it.each([undefined, '', 'no json', '[', 'null', '7'])(
    'does not trust the annotation %j',
    annotation => {
      expect(describeDifference(annotation, requestOf({}))).toMatch(
        /cannot be read/,
      );
    },
  );

  it('bounds what it repeats', () => {
    const text = describeDifference(
      JSON.stringify({ name: 'x'.repeat(10_000) }),
      requestOf({}),
    );
    expect(text.length).toBeLessThan(1000);
  });
});
