import type { ApiClient } from '../../__testUtils__/ApiClient';
import { apiVersionOf, type ResourceDefinition } from '../../resources';
import { Definitions } from '../../definitions';
import { readDefinitions } from '../../bootstrap';
import type { Json, KubeObject } from '../../types';

const GOLDEN = { 'golden-images.backstage.io/role': 'golden-image' };
const VM = { app: 'vm' };
const NAMESPACE = 'golden-images';
const CDI = 'cdi.kubevirt.io/v1beta1';
const RBAC = 'rbac.authorization.k8s.io/v1';
const IMAGE = 'registry.example.test/tool:1';

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  more: Json & { labels?: object; annotations?: object; namespace?: string },
): KubeObject => {
  const { labels, annotations, namespace, ...rest } = more;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels, annotations },
    ...rest,
  } as KubeObject;
};

const namespace = (name: string, labels = {}, annotations = {}) =>
  object('v1', 'Namespace', name, { labels, annotations });

const claimSpec = (more: Json) => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '10Gi' } },
  storageClassName: 'longhorn',
  ...more,
});

const claim = (name: string, labels: object, more: Json = {}) =>
  object('v1', 'PersistentVolumeClaim', name, {
    namespace: NAMESPACE,
    labels,
    spec: claimSpec({ volumeName: `pv-${name}`, ...more }),
    status: {
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '10Gi' },
    },
  });

const dataVolume = (name: string) =>
  object(CDI, 'DataVolume', name, {
    namespace: NAMESPACE,
    labels: GOLDEN,
    spec: {
      source: { http: { url: 'http://images.example.test/noble.qcow2' } },
      pvc: claimSpec({}),
    },
    status: { phase: 'Succeeded' },
  });

const dataSource = (name: string, labels: object) =>
  object(CDI, 'DataSource', name, {
    namespace: NAMESPACE,
    labels,
    spec: { source: { pvc: { name: 'prot2-img', namespace: NAMESPACE } } },
    status: { source: { pvc: { name: 'prot2-img', namespace: NAMESPACE } } },
  });

const volume = (name: string, place?: [string, string], labels = {}) =>
  object('v1', 'PersistentVolume', name, {
    labels,
    annotations: { 'pv.kubernetes.io/provisioned-by': 'driver.longhorn.io' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '10Gi' },
      storageClassName: 'longhorn',
      persistentVolumeReclaimPolicy: 'Delete',
      csi: { driver: 'driver.longhorn.io', volumeHandle: name, fsType: 'ext4' },
      ...(place
        ? {
            claimRef: {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              namespace: place[0],
              name: place[1],
            },
          }
        : {}),
    },
  });

const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({
  apiGroups,
  resources,
  verbs,
});
const ALL = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

const role = (name: string, rules: object[]) =>
  object(RBAC, 'ClusterRole', name, { rules });

const binding = (
  name: string,
  roleName: string,
  subjects: object[],
  place?: string,
) =>
  object(RBAC, place ? 'RoleBinding' : 'ClusterRoleBinding', name, {
    namespace: place,
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: roleName,
    },
    subjects,
  });

const group = (name: string) => ({ kind: 'Group', name });
const user = (name: string) => ({ kind: 'User', name });
const PLATFORM = group('platform-team');
const DEVELOPERS = group('developers');
const BACKSTAGE = user('system:serviceaccount:backstage:golden-images');

/** Who could do what before the requests were recorded, without the policies. */
const rights = (systemUsers: string[]): KubeObject[] => [
  role('namespaces-all', [
    rule([''], ['namespaces', 'namespaces/status', 'namespaces/finalize'], ALL),
  ]),
  role('on-purpose', [
    rule(
      [''],
      ['persistentvolumeclaims/status', 'pods/ephemeralcontainers'],
      ALL,
    ),
    rule(['cdi.kubevirt.io'], ['datavolumes/status'], ALL),
    rule(['apps'], ['deployments'], ALL),
  ]),
  role('backstage', [
    rule([''], ['persistentvolumeclaims'], ALL),
    rule(['cdi.kubevirt.io'], ['datavolumes', 'datasources'], ALL),
  ]),
  role('system-accounts', [
    rule(
      [''],
      [
        'persistentvolumeclaims',
        'persistentvolumeclaims/status',
        'persistentvolumes',
        'pods',
        'namespaces',
        'namespaces/finalize',
      ],
      ALL,
    ),
    rule(
      ['cdi.kubevirt.io'],
      ['datavolumes', 'datasources', 'dataimportcrons'],
      ALL,
    ),
  ]),
  binding('namespaces-all', 'namespaces-all', [PLATFORM, DEVELOPERS]),
  binding('system-accounts', 'system-accounts', systemUsers.map(user)),
  ...[NAMESPACE, 'dev-a'].flatMap(place => [
    binding('developers', 'admin', [DEVELOPERS], place),
    binding('on-purpose', 'on-purpose', [DEVELOPERS], place),
  ]),
  binding('platform', 'admin', [PLATFORM], NAMESPACE),
  binding('backstage', 'backstage', [BACKSTAGE], NAMESPACE),
];

const CLAIM_ANNOTATIONS = {
  'cdi.kubevirt.io/storage.pod.phase': 'Succeeded',
  'cdi.kubevirt.io/storage.condition.running.reason': 'Completed',
};

const contents = (): KubeObject[] => {
  const image = claim('prot2-img', GOLDEN);
  image.metadata.annotations = CLAIM_ANNOTATIONS;
  const elsewhere = claim('prot2-img', {});
  elsewhere.metadata.namespace = 'dev-a';
  const block = { volumeMode: 'Block' };
  return [
    dataVolume('prot2-img'),
    dataVolume('golden-base-image'),
    image,
    elsewhere,
    ...['prot2-noowner', 'prot2-scratch-img', 'golden-base-image'].map(name =>
      claim(name, GOLDEN),
    ),
    ...['tmp-pvc-4f1c', 'tmp-source-pvc-4f1c', 'prime-4f1c'].map(name =>
      claim(name, GOLDEN),
    ),
    claim('prot2-img-scratch', GOLDEN),
    claim('prot2-block', GOLDEN, block),
    claim('prot2-clone', VM),
    claim('prot2-clone-block', VM, block),
    dataSource('prot2-latest', GOLDEN),
    dataSource('prot2-mine', VM),
    object(CDI, 'DataImportCron', 'prot2-cron', {
      namespace: NAMESPACE,
      labels: GOLDEN,
      spec: {
        schedule: '0 0 * * *',
        managedDataSource: 'prot2-latest',
        template: {
          spec: {
            source: { registry: { url: 'docker://registry.example.test/x' } },
            storage: { resources: { requests: { storage: '10Gi' } } },
          },
        },
      },
    }),
    object('v1', 'Pod', 'prot2-reader', {
      namespace: NAMESPACE,
      spec: {
        containers: [
          {
            name: 'c',
            image: IMAGE,
            volumeMounts: [{ name: 'img', mountPath: '/img' }],
          },
        ],
        volumes: [
          ['img', 'prot2-img'],
          ['blk', 'prot2-block'],
        ].map(([name, claimName]) => ({
          name,
          persistentVolumeClaim: { claimName, readOnly: true },
        })),
      },
    }),
    volume('pv-prot2-img', [NAMESPACE, 'prot2-img']),
    volume('pv-prot2-two', ['golden-two', 'img']),
    volume('pv-prot2-dev', ['dev-a', 'prot2-img']),
    volume('pv-prot2-free'),
    volume('pv-prot2-gone', ['no-such-ns', 'img']),
    volume('pv-prot2-released', [NAMESPACE, 'old-img'], GOLDEN),
  ];
};

/**
 * Makes what was there before the protection was recorded, and the policies.
 *
 * @throws Error when the server refuses some of it
 */
export async function prepareProtection(
  admin: ApiClient,
  manifests: KubeObject[],
  users: string[],
) {
  const protectedLabel = { 'golden-images.backstage.io/protected': 'true' };
  const systemUsers = users.filter(
    name => name.startsWith('system:') && name !== BACKSTAGE.name,
  );
  const definitions = new Definitions();
  for (const definition of readDefinitions()) definitions.addCustom(definition);
  const owner: Record<string, string> = {};
  for (const wanted of [
    namespace(NAMESPACE, protectedLabel, {
      'golden-images.backstage.io/owner': 'platform-team',
    }),
    namespace('golden-two', protectedLabel),
    namespace('dev-a'),
    ...rights(systemUsers),
    ...contents(),
    ...manifests,
  ]) {
    const type = definitions.findKind(wanted.apiVersion, wanted.kind);
    if (!type) throw new Error(`${wanted.kind} is not served`);
    const { status, ...body } = wanted;
    const { name, namespace: place } = wanted.metadata;
    const uid = owner[`${place}/${name}`];
    if (wanted.kind === 'PersistentVolumeClaim' && uid) {
      body.metadata = {
        ...wanted.metadata,
        ownerReferences: ownedBy(name, uid),
      };
    }
    const path = pathOf(type, place);
    const keepsStatus = type.custom && !type.hasStatus;
    const made = await admin.post(path, keepsStatus ? wanted : body);
    if (made.status !== 201) throw new Error(`POST ${path}: ${made.text}`);
    if (wanted.kind === 'DataVolume') {
      owner[`${place}/${name}`] = String(made.body.metadata.uid);
    }
    if (!status || !type.hasStatus) continue;
    const patched = await admin.patch(`${path}/${name}/status`, { status });
    if (patched.status !== 200) throw new Error(patched.text);
  }
}

function ownedBy(name: string | undefined, uid: string) {
  return [
    {
      apiVersion: CDI,
      kind: 'DataVolume',
      name: String(name),
      uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
}

function pathOf(type: ResourceDefinition, place: string | undefined): string {
  const base = type.group ? `/apis/${apiVersionOf(type)}` : '/api/v1';
  return type.namespaced
    ? `${base}/namespaces/${place}/${type.plural}`
    : `${base}/${type.plural}`;
}
