import { ALL_VERBS, type ResourceDefinition } from './resources';

const resource = (
  group: string,
  plural: string,
  kind: string,
  namespaced: boolean,
  more: Partial<ResourceDefinition> = {},
): ResourceDefinition => ({
  group,
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  kind,
  namespaced,
  verbs: ALL_VERBS,
  hasStatus: false,
  ...more,
});

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

/** Who may do what, and what else must hold, as of Kubernetes 1.36. */
export const ACCESS_RESOURCES: ResourceDefinition[] = [
  resource(RBAC, 'roles', 'Role', true),
  resource(RBAC, 'rolebindings', 'RoleBinding', true),
  resource(RBAC, 'clusterroles', 'ClusterRole', false),
  resource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', false),
  resource(
    ADMISSION,
    'validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    false,
    { categories: ['api-extensions'], hasStatus: true },
  ),
  resource(
    ADMISSION,
    'validatingadmissionpolicybindings',
    'ValidatingAdmissionPolicyBinding',
    false,
    { categories: ['api-extensions'] },
  ),
  resource(
    ADMISSION,
    'mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
    false,
    { categories: ['api-extensions'] },
  ),
  resource(
    ADMISSION,
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    false,
    { categories: ['api-extensions'] },
  ),
];
