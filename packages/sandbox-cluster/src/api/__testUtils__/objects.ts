import type { ApiClient } from './ApiClient';

export const CLAIMS = '/api/v1/namespaces/team/persistentvolumeclaims';
export const CONFIG_MAPS = '/api/v1/namespaces/team/configmaps';
export const DATA_VOLUMES =
  '/apis/cdi.kubevirt.io/v1beta1/namespaces/team/datavolumes';

export async function makeNamespace(client: ApiClient, name = 'team') {
  await client.post('/api/v1/namespaces', { metadata: { name } });
}

export function claim(name: string, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, ...more },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  };
}

export function configMap(name: string, more: Record<string, unknown> = {}) {
  return { metadata: { name, ...more }, data: { key: 'value' } };
}

export function dataVolume(name: string, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: { name, ...more },
    spec: {
      source: { blank: {} },
      pvc: claim(name).spec,
    },
  };
}

export function pod(name: string, claimName: string) {
  return {
    metadata: { name },
    spec: {
      containers: [{ name: 'main', image: 'none' }],
      volumes: [{ name: 'disk', persistentVolumeClaim: { claimName } }],
    },
  };
}
