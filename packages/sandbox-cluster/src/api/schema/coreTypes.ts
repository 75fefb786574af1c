import {
  any,
  bool,
  int,
  list,
  map,
  objectMeta,
  quantity,
  struct,
  text,
  type GoType,
} from './goTypes';

type Struct = GoType & { is: 'struct' };

const resourceList = map(quantity, 'resource.Quantity');

const localReference = struct('TypedLocalObjectReference', {
  apiGroup: text(),
  kind: text(),
  name: text(),
});

const typedReference = struct('TypedObjectReference', {
  apiGroup: text(),
  kind: text(),
  name: text(),
  namespace: text(),
});

const labelSelector = struct('LabelSelector', {
  matchLabels: map(text(), 'string'),
  matchExpressions: list(
    struct('LabelSelectorRequirement', {
      key: text(),
      operator: text('v1.LabelSelectorOperator'),
      values: list(text(), 'string'),
    }),
    'v1.LabelSelectorRequirement',
  ),
});

const object = (
  kind: string,
  spec?: Struct,
  status?: GoType,
  more: Record<string, GoType> = {},
): Struct =>
  struct(kind, {
    apiVersion: text(),
    kind: text(),
    metadata: objectMeta,
    ...(spec ? { spec } : {}),
    ...(status ? { status } : {}),
    ...more,
  });

const accessModes = list(
  text('v1.PersistentVolumeAccessMode'),
  'v1.PersistentVolumeAccessMode',
);

/**
 * Go types of the core kinds whose fields this server checks (Kubernetes 1.36).
 * Of kinds that are absent here only the metadata is checked.
 */
export const CORE_TYPES: Record<string, Struct> = {
  PersistentVolumeClaim: object(
    'PersistentVolumeClaim',
    struct('PersistentVolumeClaimSpec', {
      accessModes,
      selector: labelSelector,
      resources: struct('VolumeResourceRequirements', {
        limits: resourceList,
        requests: resourceList,
      }),
      volumeName: text(),
      storageClassName: text(),
      volumeMode: text('v1.PersistentVolumeMode'),
      dataSource: localReference,
      dataSourceRef: typedReference,
      volumeAttributesClassName: text(),
    }),
    struct('PersistentVolumeClaimStatus', {
      phase: text('v1.PersistentVolumeClaimPhase'),
      accessModes,
      capacity: resourceList,
      conditions: list(any, 'v1.PersistentVolumeClaimCondition'),
      allocatedResources: resourceList,
      allocatedResourceStatuses: map(text(), 'v1.ClaimResourceStatus'),
      currentVolumeAttributesClassName: text(),
      modifyVolumeStatus: any,
    }),
  ),
  ResourceQuota: object(
    'ResourceQuota',
    struct('ResourceQuotaSpec', {
      hard: resourceList,
      scopes: list(text(), 'v1.ResourceQuotaScope'),
      scopeSelector: any,
    }),
    struct('ResourceQuotaStatus', { hard: resourceList, used: resourceList }),
  ),
  LimitRange: object(
    'LimitRange',
    struct('LimitRangeSpec', {
      limits: list(
        struct('LimitRangeItem', {
          type: text('v1.LimitType'),
          max: resourceList,
          min: resourceList,
          default: resourceList,
          defaultRequest: resourceList,
          maxLimitRequestRatio: resourceList,
        }),
        'v1.LimitRangeItem',
      ),
    }),
  ),
  StorageClass: object('StorageClass', undefined, undefined, {
    provisioner: text(),
    parameters: map(text(), 'string'),
    reclaimPolicy: text('v1.PersistentVolumeReclaimPolicy'),
    mountOptions: list(text(), 'string'),
    allowVolumeExpansion: bool,
    volumeBindingMode: text('v1.VolumeBindingMode'),
    allowedTopologies: any,
  }),
  ConfigMap: object('ConfigMap', undefined, undefined, {
    data: map(text(), 'string'),
    binaryData: map(text(), '[]uint8'),
    immutable: bool,
  }),
  Secret: object('Secret', undefined, undefined, {
    data: map(text(), '[]uint8'),
    stringData: map(text(), 'string'),
    type: text('v1.SecretType'),
    immutable: bool,
  }),
  Namespace: object(
    'Namespace',
    struct('NamespaceSpec', { finalizers: list(text(), 'v1.FinalizerName') }),
    any,
  ),
  Lease: object(
    'Lease',
    struct('LeaseSpec', {
      holderIdentity: text(),
      leaseDurationSeconds: int('int32'),
      acquireTime: text(),
      renewTime: text(),
      leaseTransitions: int('int32'),
      strategy: text(),
      preferredHolder: text(),
    }),
  ),
};
