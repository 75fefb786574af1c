import type { KubernetesObject, ResourceType } from './ClusterClient';

export interface ListScope {
  /** All namespaces where absent. */
  namespace?: string;
  fieldSelector?: string;
}

export interface ListPage {
  items: KubernetesObject[];
  /** Of the list; a watch that starts here misses nothing. */
  resourceVersion: string;
  continueToken?: string;
}

export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubernetesObject }
  | { type: 'BOOKMARK'; resourceVersion: string };

/** What the tracking of one cluster asks of it. Every method throws `KubernetesApiError`. */
export interface ClusterWatcher {
  readonly clusterName: string;
  listPage(
    type: ResourceType,
    scope: ListScope,
    options: {
      limit: number;
      continueToken?: string;
      /** Fails with 504, cause ResourceVersionTooLarge, when the server has not reached this version. */
      notOlderThan?: string;
      signal?: AbortSignal;
    },
  ): Promise<ListPage>;
  /**
   * Ends without an error when the server ends the watch. An ERROR event is
   * thrown with its code: 410 when `resourceVersion` is too old.
   */
  watch(
    type: ResourceType,
    scope: ListScope,
    options: {
      resourceVersion: string;
      timeoutSeconds: number;
      idleTimeoutMs: number;
      signal?: AbortSignal;
      /** Called once the server has accepted the watch. */
      onOpen?: () => void;
    },
  ): AsyncIterable<WatchEvent>;
  /** A SelfSubjectAccessReview: may our own account do this? */
  mayI(
    verb: string,
    type: ResourceType,
    namespace?: string,
    signal?: AbortSignal,
  ): Promise<boolean>;
}
