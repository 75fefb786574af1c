import type { ClusterConfig } from '../config/types';
import { RESOURCES, type ListScope, type ResourceType } from '../kubernetes';
import type { Feed } from './Reflector';

/** What of a cluster is followed, and what is missing when it cannot be. */
export interface FeedPlan {
  feed: Feed;
  /** Shown in `ClusterStatus.missing`. */
  feature: string;
  /** Without it nothing that is shown can be trusted to be whole. */
  essential: boolean;
}

/** Where Longhorn keeps its objects unless it was installed elsewhere (Longhorn 1.12). */
export const LONGHORN_NAMESPACE = 'longhorn-system';

/** All lists and watches of a cluster but Longhorn's. */
export function feedsOf(cluster: ClusterConfig): FeedPlan[] {
  const plans = [
    ...namespaced(cluster, 'images', RESOURCES.dataVolumes, true),
    ...namespaced(cluster, 'volumes', RESOURCES.claims, true),
    ...namespaced(cluster, 'aliases', RESOURCES.dataSources),
    // Events of Pods are many and say nothing here; a selector takes one kind only.
    ...namespaced(cluster, 'events', RESOURCES.events, false, 'DataVolume'),
    ...namespaced(
      cluster,
      'events',
      RESOURCES.events,
      false,
      'PersistentVolumeClaim',
    ),
    // Longhorn says there why a copy failed.
    plan('copy-events', RESOURCES.events, {
      namespace: LONGHORN_NAMESPACE,
      fieldSelector: 'involvedObject.kind=Volume',
    }),
    plan('sizes', RESOURCES.persistentVolumes),
    plan('storage-classes', RESOURCES.storageClasses),
  ];
  if (cluster.scope === 'cluster') {
    plans.push(plan('namespaces', RESOURCES.namespaces));
  } else {
    for (const name of cluster.scope) {
      plans.push(
        plan('namespaces', RESOURCES.namespaces, {
          fieldSelector: `metadata.name=${name}`,
        }),
      );
    }
  }
  return plans;
}

export function longhornFeed(namespace?: string): FeedPlan {
  return plan('copy-state', RESOURCES.longhornVolumes, { namespace });
}

function namespaced(
  { scope }: ClusterConfig,
  feature: string,
  type: ResourceType,
  essential = false,
  involvedKind?: string,
): FeedPlan[] {
  const fieldSelector = involvedKind && `involvedObject.kind=${involvedKind}`;
  return scope === 'cluster'
    ? [plan(feature, type, { fieldSelector }, essential)]
    : scope.map(namespace =>
        plan(feature, type, { namespace, fieldSelector }, essential),
      );
}

function plan(
  feature: string,
  type: ResourceType,
  scope: ListScope = {},
  essential = false,
): FeedPlan {
  const id = [
    type.group,
    type.resource,
    scope.namespace ?? '*',
    scope.fieldSelector ?? '',
  ].join('|');
  const tellsOfPast = type === RESOURCES.events || undefined;
  return { feed: { id, type, scope, tellsOfPast }, feature, essential };
}
