export { RESOURCES } from './ClusterClient';
export type {
  ClusterClient,
  KubernetesObject,
  ObjectRef,
  ResourceType,
} from './ClusterClient';
export type {
  ClusterWatcher,
  ListPage,
  ListScope,
  WatchEvent,
} from './ClusterWatcher';
export { KubernetesApiError, TOO_LARGE } from './KubernetesApiError';
export { readNamed } from './readNamed';
