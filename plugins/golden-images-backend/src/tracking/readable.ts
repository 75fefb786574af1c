import { RESOURCES, type ResourceType } from '../kubernetes';
import type { FeedStates } from './clusterState';

/**
 * In all namespaces that are followed, what is there is known: there is a list
 * of it, which may be old, but was not dropped.
 */
export function isReadable(feeds: FeedStates, type: ResourceType): boolean {
  const ofType = [...feeds.values()].filter(
    ({ plan }) => plan.feed.type === type,
  );
  return (
    ofType.length > 0 && ofType.every(({ state }) => state.hasListed === true)
  );
}

/** Whether images and volumes of this namespace would be seen, if there were any. */
export function wouldSee(feeds: FeedStates, namespace: string): boolean {
  const types = [RESOURCES.dataVolumes, RESOURCES.claims];
  const covering = [...feeds.values()].filter(
    ({ plan: { feed } }) =>
      types.includes(feed.type) &&
      (feed.scope.namespace ?? namespace) === namespace,
  );
  return (
    covering.length > 0 &&
    covering.every(({ state }) => state.error?.status !== 403)
  );
}

/** What of the rows' premises may change while the cluster is followed. */
export function premisesOf(feeds: FeedStates): string {
  const { longhornVolumes, persistentVolumes, dataVolumes } = RESOURCES;
  return [longhornVolumes, persistentVolumes, dataVolumes]
    .map(type => isReadable(feeds, type))
    .join();
}
