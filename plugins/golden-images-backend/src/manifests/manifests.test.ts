import {
  Quantity,
  type CloneRequest,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import {
  aliasManifest,
  canonicalJson,
  cloneIdentity,
  cloneManifest,
  describeDifference,
  imageObjectName,
  importIdentity,
  importManifest,
  labelValue,
  type CloneSource,
  type CloneTarget,
} from '.';

const P = 'golden-images.backstage.io/';
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
const identity = { hash: 'abc', request: '{}' };
const provenance = {
  requestedBy: 'user:default/ada',
  taskId: 't1',
  onTimeout: 'delete' as const,
  deadline: '2026-01-01T00:00:00.000Z',
};

describe('importManifest', () => {
  it('makes the smallest import', () => {
    expect(
      importManifest({
        request: importRequest,
        namespace: 'golden-images',
        identity,
        provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
      }),
    ).toEqual({
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name: 'ubuntu-24.04',
        namespace: 'golden-images',
        labels: {
          [`${P}role`]: 'golden-image',
          [`${P}image`]: 'ubuntu',
          [`${P}version`]: '24.04',
          'app.kubernetes.io/managed-by': 'backstage-golden-images',
        },
        annotations: {
          [`${P}request-hash`]: 'abc',
          [`${P}request`]: '{}',
          [`${P}requested-by`]: 'user:default/ada',
          [`${P}on-timeout`]: 'keep',
          'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
        },
      },
      spec: {
        source: {
          http: { url: 'https://images.example/u.qcow2?token=SECRET' },
        },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '10Gi' } },
        },
      },
    });
  });

  it('carries everything that was asked for', () => {
    const manifest = importManifest({
      request: {
        ...importRequest,
        version: undefined,
        source: {
          http: {
            url: 'https://images.example/u.qcow2',
            checksum: SHA.toUpperCase().replace('SHA', 'sha'),
            secretRef: 'creds',
            certConfigMap: 'ca',
          },
        },
        volumeMode: 'Block',
        title: 'Ubuntu',
        description: 'Server',
        os: 'linux',
        architecture: 'amd64',
        setCurrent: false,
      },
      namespace: 'golden-images',
      storageClass: 'longhorn',
      identity,
      provenance,
    });
    expect(manifest.metadata.name).toBe('ubuntu');
    expect(manifest.metadata.labels).not.toHaveProperty([`${P}version`]);
    expect(manifest.metadata.annotations).toMatchObject({
      [`${P}task-id`]: 't1',
      [`${P}on-timeout`]: 'delete',
      [`${P}deadline`]: '2026-01-01T00:00:00.000Z',
      [`${P}set-current`]: 'false',
      [`${P}title`]: 'Ubuntu',
      [`${P}description`]: 'Server',
      [`${P}os`]: 'linux',
      [`${P}architecture`]: 'amd64',
    });
    expect(manifest.spec).toEqual({
      source: {
        http: {
          url: 'https://images.example/u.qcow2',
          checksum: SHA,
          secretRef: 'creds',
          certConfigMap: 'ca',
        },
      },
      pvc: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Block',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '10Gi' } },
      },
    });
  });
});

describe('cloneManifest', () => {
  const source: CloneSource = {
    namespace: 'golden-images',
    name: 'ubuntu-1',
    uid: 'claim-uid',
    image: 'ubuntu',
    version: '1',
    digest: SHA,
    capacity: Quantity.parse('10Gi'),
    storageClass: 'longhorn',
    volumeMode: 'Filesystem',
    accessModes: ['ReadWriteOnce'],
    diskBytes: 9_000_000_000,
  };
  const target: CloneTarget = {
    namespace: 'golden-images',
    name: 'orders-disk',
    size: Quantity.parse('10240Mi'),
    storageClass: 'longhorn',
    accessModes: ['ReadWriteOnce'],
    entityRef: 'component:default/orders',
    kubernetesId: 'orders',
  };
  const make = (change: Partial<CloneTarget>) =>
    cloneManifest({
      source,
      target: { ...target, ...change },
      identity,
      provenance,
    });

  it('is a plain claim in the same namespace with the same size', () => {
    expect(make({})).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'orders-disk',
        namespace: 'golden-images',
        labels: {
          [`${P}role`]: 'clone',
          [`${P}image`]: 'ubuntu',
          [`${P}version`]: '1',
          'app.kubernetes.io/managed-by': 'backstage-golden-images',
          'backstage.io/kubernetes-id': 'orders',
        },
        annotations: {
          [`${P}request-hash`]: 'abc',
          [`${P}request`]: '{}',
          [`${P}requested-by`]: 'user:default/ada',
          [`${P}task-id`]: 't1',
          [`${P}on-timeout`]: 'delete',
          [`${P}deadline`]: '2026-01-01T00:00:00.000Z',
          [`${P}entity-ref`]: 'component:default/orders',
          [`${P}source-uid`]: 'claim-uid',
          [`${P}source-version`]: '1',
          [`${P}source-digest`]: SHA,
          [`${P}virtual-size-bytes`]: '9000000000',
        },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'longhorn',
        resources: { requests: { storage: '10Gi' } },
        dataSource: {
          apiGroup: '',
          kind: 'PersistentVolumeClaim',
          name: 'ubuntu-1',
        },
      },
    });
  });

  it.each([
    ['another namespace', { namespace: 'team-a' }],
    ['a larger size', { size: Quantity.parse('20Gi') }],
  ] as [string, Partial<CloneTarget>][])(
    'is a DataVolume for %s',
    (_name, change) => {
      const manifest = make(change);
      expect(manifest.kind).toBe('DataVolume');
      expect(manifest.spec).toEqual({
        source: { pvc: { namespace: 'golden-images', name: 'ubuntu-1' } },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          volumeMode: 'Filesystem',
          storageClassName: 'longhorn',
          resources: {
            requests: { storage: (change.size ?? target.size).toString() },
          },
        },
      });
    },
  );

  it('asks for exactly the bytes of a volume that is no whole unit', () => {
    const odd = Quantity.ofBytes(1_234_567_890);
    const manifest = cloneManifest({
      source: { ...source, capacity: odd },
      target: { ...target, size: odd },
      identity,
      provenance,
    });
    expect(manifest.kind).toBe('PersistentVolumeClaim');
    expect(manifest.spec).toMatchObject({
      resources: { requests: { storage: '1234567890' } },
    });
  });
});

describe('aliasManifest', () => {
  it('points at a claim and is protected', () => {
    expect(
      aliasManifest({
        namespace: 'golden-images',
        image: 'ubuntu',
        claimName: 'ubuntu-2',
      }),
    ).toMatchObject({
      kind: 'DataSource',
      metadata: {
        name: 'ubuntu',
        namespace: 'golden-images',
        labels: { [`${P}role`]: 'golden-image', [`${P}image`]: 'ubuntu' },
      },
      spec: {
        source: { pvc: { namespace: 'golden-images', name: 'ubuntu-2' } },
      },
    });
  });
});

describe('names and labels', () => {
  it('names objects', () => {
    expect(imageObjectName('a')).toBe('a');
    expect(imageObjectName('a', 'b-c')).toBe('a-b-c');
    expect(imageObjectName('a-b', 'c')).toBe('a-b-c');
  });

  it('hashes what is no label value', () => {
    expect(labelValue('24.04')).toBe('24.04');
    expect(labelValue('a'.repeat(63))).toBe('a'.repeat(63));
    for (const text of ['a'.repeat(64), 'component:default/orders', '', '-a']) {
      const value = labelValue(text);
      expect(value).toMatch(/^[0-9a-f]{40}$/);
      expect(labelValue(text)).toBe(value);
    }
    expect(labelValue('a'.repeat(64))).not.toBe(labelValue('a'.repeat(65)));
  });
});

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
