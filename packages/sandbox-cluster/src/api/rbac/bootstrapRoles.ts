import type { KubeObject } from '../types';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from './User';
import type { PolicyRule } from './rules';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const AGGREGATE = `${GROUP}/aggregate-to-`;

const clusterRole = (
  name: string,
  rules: PolicyRule[],
  aggregateTo?: string,
): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRole',
  metadata: {
    name,
    ...(aggregateTo
      ? { labels: { [`${AGGREGATE}${aggregateTo}`]: 'true' } }
      : {}),
  },
  rules,
});

const aggregated = (name: string): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRole',
  metadata: {
    name,
    ...(name === 'admin' ? {} : { labels: nextLabels(name) }),
  },
  aggregationRule: {
    clusterRoleSelectors: [
      { matchLabels: { [`${AGGREGATE}${name}`]: 'true' } },
    ],
  },
  rules: [],
});

/** `view` is part of `edit`, and `edit` of `admin`. */
function nextLabels(name: string): Record<string, string> {
  return { [`${AGGREGATE}${name === 'view' ? 'edit' : 'admin'}`]: 'true' };
}

const binding = (role: string, groups: string[]): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRoleBinding',
  metadata: { name: role },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  subjects: groups.map(name => ({ apiGroup: GROUP, kind: 'Group', name })),
});

const CORE_READABLE = [
  'configmaps',
  'events',
  'limitranges',
  'namespaces',
  'namespaces/status',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'pods/log',
  'pods/status',
  'resourcequotas',
  'resourcequotas/status',
  'serviceaccounts',
];
const CORE_WRITABLE = [
  'configmaps',
  'events',
  'persistentvolumeclaims',
  'pods',
  'secrets',
  'serviceaccounts',
];
const CDI_RESOURCES = ['datavolumes', 'datasources', 'dataimportcrons'];

/** The roles of kube-apiserver 1.36 and CDI v1.66 as far as they are about resources that this server has. */
export const BOOTSTRAP_ROLES: KubeObject[] = [
  clusterRole('cluster-admin', [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]),
  clusterRole('system:discovery', [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ]),
  clusterRole('system:public-info-viewer', [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/healthz',
        '/livez',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ]),
  clusterRole('system:basic-user', [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    {
      verbs: ['create'],
      apiGroups: ['authentication.k8s.io'],
      resources: ['selfsubjectreviews'],
    },
  ]),
  clusterRole(
    'system:aggregate-to-view',
    [
      { verbs: READ, apiGroups: [''], resources: CORE_READABLE },
      { verbs: READ, apiGroups: ['apps'], resources: ['deployments'] },
    ],
    'view',
  ),
  clusterRole(
    'system:aggregate-to-edit',
    [
      { verbs: READ, apiGroups: [''], resources: ['secrets'] },
      {
        verbs: ['impersonate'],
        apiGroups: [''],
        resources: ['serviceaccounts'],
      },
      { verbs: WRITE, apiGroups: [''], resources: CORE_WRITABLE },
      { verbs: WRITE, apiGroups: ['apps'], resources: ['deployments'] },
      {
        verbs: [...WRITE, ...READ],
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
      },
    ],
    'edit',
  ),
  clusterRole(
    'system:aggregate-to-admin',
    [
      {
        verbs: [...WRITE, ...READ],
        apiGroups: [GROUP],
        resources: ['rolebindings', 'roles'],
      },
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['localsubjectaccessreviews'],
      },
    ],
    'admin',
  ),
  clusterRole(
    'cdi.kubevirt.io:view',
    [{ verbs: READ, apiGroups: ['cdi.kubevirt.io'], resources: CDI_RESOURCES }],
    'view',
  ),
  ...['admin', 'edit'].map(name =>
    clusterRole(
      `cdi.kubevirt.io:${name}`,
      [
        {
          verbs: ['*'],
          apiGroups: ['cdi.kubevirt.io'],
          resources: CDI_RESOURCES,
        },
        {
          verbs: ['create'],
          apiGroups: ['cdi.kubevirt.io'],
          resources: ['datavolumes/source'],
        },
      ],
      name,
    ),
  ),
  clusterRole('cdi.kubevirt.io:clone-sourcer', [
    {
      verbs: ['create'],
      apiGroups: ['cdi.kubevirt.io'],
      resources: ['datavolumes/source'],
    },
  ]),
  clusterRole('cdi.kubevirt.io:config-reader', [
    {
      verbs: READ,
      apiGroups: ['cdi.kubevirt.io'],
      resources: ['cdiconfigs', 'storageprofiles'],
    },
  ]),
  ...['view', 'edit', 'admin'].map(aggregated),
  binding('cluster-admin', [MASTERS]),
  binding('system:discovery', [AUTHENTICATED]),
  binding('system:basic-user', [AUTHENTICATED]),
  binding('system:public-info-viewer', [AUTHENTICATED, UNAUTHENTICATED]),
  binding('cdi.kubevirt.io:config-reader', [AUTHENTICATED]),
];
