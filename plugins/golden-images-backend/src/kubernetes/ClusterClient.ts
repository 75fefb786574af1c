/** A resource of the Kubernetes API as its path names it. */
export interface ResourceType {
  /** `''` for the core group. */
  group: string;
  version: string;
  /** Plural, lower case: `datavolumes`. */
  resource: string;
  namespaced: boolean;
}

export interface ObjectRef {
  type: ResourceType;
  namespace?: string;
  name: string;
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: {
      apiVersion: string;
      kind: string;
      name: string;
      uid: string;
      controller?: boolean;
    }[];
  };
  [field: string]: unknown;
}

/** Writes and single reads against one cluster. Every method throws `KubernetesApiError` on a refusal. */
export interface ClusterClient {
  readonly clusterName: string;
  /** `undefined` for 404. */
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubernetesObject>(
    type: ResourceType,
    options?: { namespace?: string; labelSelector?: string; limit?: number },
  ): Promise<T[]>;
  /** POST. `dryRun` sends `dryRun=All`; unknown fields are refused (`fieldValidation=Strict`). */
  create<T extends KubernetesObject>(
    type: ResourceType,
    body: T,
    options?: { dryRun?: boolean },
  ): Promise<{ object: T; warnings: string[] }>;
  /** Merge patch with a precondition on uid and resourceVersion; 409 when stale. */
  patch<T extends KubernetesObject>(
    ref: ObjectRef,
    mergePatch: object,
    precondition: { uid: string; resourceVersion?: string },
  ): Promise<T>;
  /** A SelfSubjectAccessReview: may our own account do this? */
  mayI(verb: string, type: ResourceType, namespace?: string): Promise<boolean>;
  /**
   * Background propagation, with a precondition on the uid. `false` when it was
   * gone already. 409 when a given resourceVersion is stale. `dryRun` only asks
   * whether it would be deleted.
   */
  delete(
    ref: ObjectRef,
    precondition: { uid: string; resourceVersion?: string },
    options?: { dryRun?: boolean },
  ): Promise<boolean>;
}

const type = (
  group: string,
  version: string,
  resource: string,
  namespaced = true,
): ResourceType => ({ group, version, resource, namespaced });

/** The resources that this product reads or writes. */
export const RESOURCES = {
  claims: type('', 'v1', 'persistentvolumeclaims'),
  persistentVolumes: type('', 'v1', 'persistentvolumes', false),
  namespaces: type('', 'v1', 'namespaces', false),
  events: type('', 'v1', 'events'),
  pods: type('', 'v1', 'pods'),
  configMaps: type('', 'v1', 'configmaps'),
  serviceAccounts: type('', 'v1', 'serviceaccounts'),
  dataVolumes: type('cdi.kubevirt.io', 'v1beta1', 'datavolumes'),
  dataSources: type('cdi.kubevirt.io', 'v1beta1', 'datasources'),
  dataImportCrons: type('cdi.kubevirt.io', 'v1beta1', 'dataimportcrons'),
  storageClasses: type('storage.k8s.io', 'v1', 'storageclasses', false),
  longhornVolumes: type('longhorn.io', 'v1beta2', 'volumes'),
  policies: type(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicies',
    false,
  ),
  policyBindings: type(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicybindings',
    false,
  ),
  longhornSnapshots: type('longhorn.io', 'v1beta2', 'snapshots'),
  longhornSettings: type('longhorn.io', 'v1beta2', 'settings'),
  quotas: type('', 'v1', 'resourcequotas'),
  limitRanges: type('', 'v1', 'limitranges'),
  storageProfiles: type('cdi.kubevirt.io', 'v1beta1', 'storageprofiles', false),
  cdiConfigs: type('cdi.kubevirt.io', 'v1beta1', 'cdiconfigs', false),
  cdis: type('cdi.kubevirt.io', 'v1beta1', 'cdis', false),
  /** A subresource: the right that CDI asks for in the namespace of a source (CDI 1.66). */
  dataVolumeSources: type('cdi.kubevirt.io', 'v1beta1', 'datavolumes/source'),
  snapshotClasses: type(
    'snapshot.storage.k8s.io',
    'v1',
    'volumesnapshotclasses',
    false,
  ),
  volumeSnapshots: type('snapshot.storage.k8s.io', 'v1', 'volumesnapshots'),
  snapshotContents: type(
    'snapshot.storage.k8s.io',
    'v1',
    'volumesnapshotcontents',
    false,
  ),
  mutatingWebhooks: type(
    'admissionregistration.k8s.io',
    'v1',
    'mutatingwebhookconfigurations',
    false,
  ),
  accessReviews: type(
    'authorization.k8s.io',
    'v1',
    'selfsubjectaccessreviews',
    false,
  ),
} as const;
