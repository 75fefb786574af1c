import type { KubeObject } from './types';
import { WEBHOOK_CONFIGURATIONS } from './webhookConfigurations';

const CDI_LABELS = {
  app: 'containerized-data-importer',
  'app.kubernetes.io/component': 'storage',
  'app.kubernetes.io/managed-by': 'cdi-controller',
  'cdi.kubevirt.io': '',
};

const LONGHORN_PARAMETERS = {
  backupTargetName: 'default',
  dataEngine: 'v1',
  dataLocality: 'disabled',
  disableRevisionCounter: 'true',
  fromBackup: '',
  fsType: 'ext4',
  numberOfReplicas: '3',
  staleReplicaTimeout: '30',
  unmapMarkSnapChainRemoved: 'ignored',
};

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

const storageClass = (
  name: string,
  volumeBindingMode: string,
  annotations?: Record<string, string>,
): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, ...(annotations ? { annotations } : {}) },
  provisioner: 'driver.longhorn.io',
  parameters: LONGHORN_PARAMETERS,
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
  volumeBindingMode,
});

/** What CDI finds out about a class of Longhorn with `fsType` among its parameters. */
const storageProfile = (name: string): KubeObject => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'StorageProfile',
  metadata: { name, labels: CDI_LABELS },
  spec: {},
  status: {
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
    ],
    cloneStrategy: 'copy',
    dataImportCronSourceFormat: 'pvc',
    provisioner: 'driver.longhorn.io',
    storageClass: name,
  },
});

/** As recorded from a cluster with CDI v1.66 and Longhorn v1.12 in their default configuration. */
export const INSTALLED_OBJECTS: KubeObject[] = [
  ...[
    'default',
    'kube-system',
    'kube-public',
    'kube-node-lease',
    'cdi',
    'longhorn-system',
  ].map(namespace),
  storageClass('longhorn', 'Immediate', {
    'storageclass.kubernetes.io/is-default-class': 'true',
  }),
  storageClass('longhorn-wffc', 'WaitForFirstConsumer'),
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'driver.longhorn.io' },
    spec: {
      attachRequired: true,
      podInfoOnMount: true,
      volumeLifecycleModes: ['Persistent'],
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      storageCapacity: false,
      requiresRepublish: false,
      seLinuxMount: false,
    },
  },
  {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'CDI',
    metadata: { name: 'cdi' },
    spec: {
      config: { featureGates: ['HonorWaitForFirstConsumer'] },
      imagePullPolicy: 'IfNotPresent',
    },
    status: { phase: 'Deployed' },
  },
  {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'CDIConfig',
    metadata: { name: 'config', labels: CDI_LABELS },
    spec: { featureGates: ['HonorWaitForFirstConsumer'] },
    status: {
      defaultPodResourceRequirements: {
        limits: { cpu: '750m', memory: '600M' },
        requests: { cpu: '100m', memory: '60M' },
      },
      filesystemOverhead: {
        global: '0.06',
        storageClass: { longhorn: '0.06', 'longhorn-wffc': '0.06' },
      },
      importProxy: {
        HTTPProxy: '',
        HTTPSProxy: '',
        noProxy: '',
        trustedCAProxy: '',
      },
    },
  },
  storageProfile('longhorn'),
  storageProfile('longhorn-wffc'),
  ...WEBHOOK_CONFIGURATIONS,
];
