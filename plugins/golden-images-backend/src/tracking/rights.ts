import type { ClusterConfig } from '../config/types';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterWatcher,
  type ResourceType,
} from '../kubernetes';
import { LONGHORN_NAMESPACE, longhornFeed, type FeedPlan } from './feeds';
import { neededRights, type Right } from './neededRights';

/**
 * Features that our account's rights switch off, each with the missing rule.
 *
 * @returns `undefined` where the cluster did not answer all reviews
 */
export async function missingRights(
  watcher: ClusterWatcher,
  cluster: ClusterConfig,
  signal?: AbortSignal,
): Promise<{ feature: string; reason: string }[] | undefined> {
  const missing = [];
  for (const right of neededRights(cluster)) {
    const { feature, verb, type, namespace } = right;
    try {
      if (!(await watcher.mayI(verb, type, namespace, signal))) {
        const what = `${verb} ${nameOf(type)}${whereOf(right)}`;
        missing.push({
          feature,
          reason: `The account of the backend may not ${what}`,
        });
      }
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return undefined;
    }
  }
  return missing;
}

function nameOf({ resource, group }: ResourceType): string {
  return group ? `${resource}.${group}` : resource;
}

function whereOf({ type, namespace }: Right): string {
  if (!type.namespaced) return '';
  return namespace ? ` in ${namespace}` : ' in every namespace';
}

/**
 * Cluster-wide where we may, else in Longhorn's own namespace: a refusal there
 * names the least right that helps.
 */
export async function readableLonghornFeed(
  watcher: ClusterWatcher,
  signal: AbortSignal,
): Promise<FeedPlan> {
  const type = RESOURCES.longhornVolumes;
  const everywhere = await watcher.mayI('list', type, undefined, signal);
  return longhornFeed(everywhere ? undefined : LONGHORN_NAMESPACE);
}
