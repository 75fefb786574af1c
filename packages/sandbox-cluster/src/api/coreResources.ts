import { ACCESS_RESOURCES } from './accessResources';
import {
  ALL_VERBS,
  type ResourceDefinition,
  type TableColumn,
} from './resources';
import { child, isObject, type Json } from './types';

const ACCESS_MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const shortModes = (modes: unknown) =>
  Array.isArray(modes)
    ? modes.map(mode => ACCESS_MODES[String(mode)] ?? String(mode)).join(',')
    : '';

const string = (
  name: string,
  value: TableColumn['value'],
  more: Partial<TableColumn> = {},
): TableColumn => ({ name, type: 'string', value, ...more });

const at =
  (...path: string[]) =>
  (object: Json) =>
    child(object, ...path) ?? '';

const volumeMode = string('VolumeMode', at('spec', 'volumeMode'), {
  priority: 1,
  afterAge: true,
});

const attributesClass = string(
  'VolumeAttributesClass',
  object => child(object, 'spec', 'volumeAttributesClassName') ?? '<unset>',
);

const claimColumns: TableColumn[] = [
  string('Status', object =>
    child(object, 'metadata', 'deletionTimestamp')
      ? 'Terminating'
      : child(object, 'status', 'phase') ?? '',
  ),
  string('Volume', at('spec', 'volumeName')),
  string('Capacity', at('status', 'capacity', 'storage')),
  string('Access Modes', object =>
    shortModes(child(object, 'status', 'accessModes')),
  ),
  string('StorageClass', at('spec', 'storageClassName')),
  attributesClass,
  volumeMode,
];

const volumeColumns: TableColumn[] = [
  string('Capacity', at('spec', 'capacity', 'storage')),
  string('Access Modes', object =>
    shortModes(child(object, 'spec', 'accessModes')),
  ),
  string('Reclaim Policy', at('spec', 'persistentVolumeReclaimPolicy')),
  string('Status', object =>
    child(object, 'metadata', 'deletionTimestamp')
      ? 'Terminating'
      : child(object, 'status', 'phase') ?? '',
  ),
  string('Claim', object => {
    const claim = child(object, 'spec', 'claimRef');
    return isObject(claim) ? `${claim.namespace}/${claim.name}` : '';
  }),
  string('StorageClass', at('spec', 'storageClassName')),
  attributesClass,
  string('Reason', at('status', 'reason')),
  volumeMode,
];

const classColumns: TableColumn[] = [
  string('Provisioner', at('provisioner')),
  string('ReclaimPolicy', at('reclaimPolicy')),
  string('VolumeBindingMode', at('volumeBindingMode')),
  {
    name: 'AllowVolumeExpansion',
    type: 'boolean',
    value: object => child(object, 'allowVolumeExpansion') === true,
  },
];

const eventColumns: TableColumn[] = [
  string('Type', at('type')),
  string('Reason', at('reason')),
  string(
    'Object',
    object =>
      `${String(
        child(object, 'involvedObject', 'kind') ?? '',
      ).toLowerCase()}/${child(object, 'involvedObject', 'name')}`,
  ),
  string('Message', at('message')),
];

const core = (
  plural: string,
  kind: string,
  more: Partial<ResourceDefinition> = {},
): ResourceDefinition => ({
  group: '',
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  kind,
  namespaced: true,
  verbs: ALL_VERBS,
  hasStatus: false,
  ...more,
});

/** The built-in resources of this server; verbs and names as discovery of Kubernetes 1.36 tells them. */
export const CORE_RESOURCES: ResourceDefinition[] = [
  core('namespaces', 'Namespace', {
    subresources: ['finalize'],
    namespaced: false,
    shortNames: ['ns'],
    verbs: ALL_VERBS.filter(verb => verb !== 'deletecollection'),
    hasStatus: true,
    returnsDeleted: true,
    fieldLabels: { 'status.phase': ['status.phase'], name: ['metadata.name'] },
    columns: [string('Status', at('status', 'phase'))],
  }),
  core('persistentvolumeclaims', 'PersistentVolumeClaim', {
    shortNames: ['pvc'],
    hasStatus: true,
    returnsDeleted: true,
    columns: claimColumns,
  }),
  core('persistentvolumes', 'PersistentVolume', {
    namespaced: false,
    shortNames: ['pv'],
    hasStatus: true,
    returnsDeleted: true,
    fieldLabels: { name: ['metadata.name'] },
    columns: volumeColumns,
  }),
  core('pods', 'Pod', {
    subresources: ['ephemeralcontainers'],
    shortNames: ['po'],
    categories: ['all'],
    hasStatus: true,
    returnsDeleted: true,
    fieldLabels: {
      'spec.nodeName': ['spec.nodeName'],
      'spec.restartPolicy': ['spec.restartPolicy'],
      'spec.serviceAccountName': ['spec.serviceAccountName'],
      'status.phase': ['status.phase'],
      'status.podIP': ['status.podIP'],
    },
    columns: [string('Status', at('status', 'phase'))],
  }),
  core('events', 'Event', {
    shortNames: ['ev'],
    fieldLabels: {
      'involvedObject.kind': ['involvedObject.kind'],
      'involvedObject.namespace': ['involvedObject.namespace'],
      'involvedObject.name': ['involvedObject.name'],
      'involvedObject.uid': ['involvedObject.uid'],
      'involvedObject.apiVersion': ['involvedObject.apiVersion'],
      'involvedObject.resourceVersion': ['involvedObject.resourceVersion'],
      'involvedObject.fieldPath': ['involvedObject.fieldPath'],
      reason: ['reason'],
      reportingComponent: ['reportingComponent'],
      source: ['source.component', 'reportingComponent'],
      type: ['type'],
    },
    columns: eventColumns,
  }),
  core('secrets', 'Secret', { fieldLabels: { type: ['type'] } }),
  core('configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  core('serviceaccounts', 'ServiceAccount', {
    shortNames: ['sa'],
    returnsDeleted: true,
  }),
  core('resourcequotas', 'ResourceQuota', {
    shortNames: ['quota'],
    hasStatus: true,
    returnsDeleted: true,
  }),
  core('limitranges', 'LimitRange', { shortNames: ['limits'] }),
  core('storageclasses', 'StorageClass', {
    group: 'storage.k8s.io',
    namespaced: false,
    shortNames: ['sc'],
    returnsDeleted: true,
    columns: classColumns,
  }),
  core('csidrivers', 'CSIDriver', {
    group: 'storage.k8s.io',
    namespaced: false,
    returnsDeleted: true,
  }),
  core('leases', 'Lease', { group: 'coordination.k8s.io' }),
  ...ACCESS_RESOURCES,
  core('customresourcedefinitions', 'CustomResourceDefinition', {
    group: 'apiextensions.k8s.io',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    hasStatus: true,
  }),
];
