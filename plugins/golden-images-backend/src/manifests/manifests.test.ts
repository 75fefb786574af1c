import {
  Quantity,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import {
  aliasManifest,
  cloneManifest,
  imageObjectName,
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
