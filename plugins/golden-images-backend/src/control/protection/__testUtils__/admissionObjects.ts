export const PREFIX = 'golden-images.backstage.io/';
export const CDI = 'system:serviceaccount:cdi:cdi-sa';
export const COLLECTOR =
  'system:serviceaccount:kube-system:generic-garbage-collector';
export const NAMESPACES =
  'system:serviceaccount:kube-system:namespace-controller';
export const BACKSTAGE =
  'system:serviceaccount:backstage:backstage-golden-images';
export const accounts = {
  data: {
    cdi: `${CDI}, system:serviceaccount:openshift-cnv:cdi-sa`,
    longhorn: 'system:serviceaccount:longhorn-system:longhorn-service-account',
  },
};

interface Metadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: object[];
  finalizers?: string[];
}

export const image = (metadata: Metadata = {}, rest: object = {}) => ({
  kind: 'PersistentVolumeClaim',
  metadata: {
    name: 'debian-12',
    namespace: 'golden-images',
    labels: { [`${PREFIX}role`]: 'golden-image' },
    ...metadata,
  },
  spec: { resources: { requests: { storage: '10Gi' } } },
  ...rest,
});

export const pod = (spec: object) => ({
  kind: 'Pod',
  metadata: { name: 'vm', namespace: 'golden-images' },
  spec: { containers: [{}], ...spec },
});
export const mount = (readOnly?: boolean, claimName = 'debian-12') => ({
  name: 'disk',
  persistentVolumeClaim: { claimName, ...(readOnly && { readOnly }) },
});
export const volume = (
  policy: string,
  over: object = {},
  metadata: object = {},
) => ({
  kind: 'PersistentVolume',
  metadata: { name: 'pv-1', ...metadata },
  spec: {
    persistentVolumeReclaimPolicy: policy,
    claimRef: { namespace: 'golden-images', name: 'debian-12' },
    ...over,
  },
});
export const namespace = (metadata: Metadata) => ({
  kind: 'Namespace',
  metadata: { name: 'golden-images', ...metadata },
});

export const released = { annotations: { [`${PREFIX}allow-delete`]: 'true' } };
export const helper = { name: 'tmp-pvc-1' };
export const larger = (metadata: Metadata = {}) =>
  image(metadata, { spec: { resources: { requests: { storage: '11Gi' } } } });
export const raw = {
  containers: [{ volumeDevices: [{ name: 'disk' }] }],
  volumes: [mount(true)],
};
