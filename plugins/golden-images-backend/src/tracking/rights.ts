import type { ClusterConfig } from '../config/types';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterWatcher,
  type ResourceType,
} from '../kubernetes';
import { LONGHORN_NAMESPACE, longhornFeed, type FeedPlan } from './feeds';

interface Right {
  feature: string;
  verb: string;
  type: ResourceType;
  namespace?: string;
}

/** What writing needs; reading shows its own refusals. */
function rightsOf(cluster: ClusterConfig): Right[] {
  const { dataVolumes, dataVolumeSources, dataSources } = RESOURCES;
  const { claims, pods, volumeSnapshots } = RESOURCES;
  const inImages = cluster.imageNamespaces.flatMap(namespace => [
    { feature: 'import', verb: 'create', type: dataVolumes, namespace },
    { feature: 'identity', verb: 'patch', type: dataVolumes, namespace },
    { feature: 'release', verb: 'delete', type: dataVolumes, namespace },
    { feature: 'retire', verb: 'list', type: pods, namespace },
    { feature: 'current', verb: 'create', type: dataSources, namespace },
    { feature: 'current', verb: 'patch', type: dataSources, namespace },
  ]);
  const everywhere = cluster.scope === 'cluster' ? [undefined] : cluster.scope;
  const inTargets = everywhere.flatMap(namespace => [
    { feature: 'clone', verb: 'create', type: claims, namespace },
    { feature: 'clone', verb: 'create', type: dataVolumes, namespace },
    ...[claims, dataVolumes].flatMap(type => [
      { feature: 'identity', verb: 'patch', type, namespace },
      { feature: 'release', verb: 'delete', type, namespace },
    ]),
    {
      feature: 'image-from-claim',
      verb: 'create',
      type: dataVolumeSources,
      namespace,
    },
    {
      feature: 'image-from-snapshot',
      verb: 'get',
      type: volumeSnapshots,
      namespace,
    },
  ]);
  const all = [...inImages, ...inTargets];
  // Namespaces of images are in a scope of namespaces too.
  return [...new Map(all.map(right => [idOf(right), right])).values()];
}

function idOf({ feature, verb, type, namespace = '' }: Right): string {
  return [feature, verb, type.group, type.resource, namespace].join(' ');
}

/**
 * Features that our account's rights switch off, each with the missing rule.
 * A cluster that does not answer reviews says nothing about rights.
 */
export async function missingRights(
  watcher: ClusterWatcher,
  cluster: ClusterConfig,
  signal?: AbortSignal,
): Promise<{ feature: string; reason: string }[]> {
  const missing = [];
  for (const { feature, verb, type, namespace } of rightsOf(cluster)) {
    try {
      if (!(await watcher.mayI(verb, type, namespace, signal))) {
        const group = type.group
          ? `${type.resource}.${type.group}`
          : type.resource;
        const where = namespace ? `in ${namespace}` : 'in every namespace';
        missing.push({
          feature,
          reason: `The account of the backend may not ${verb} ${group} ${where}`,
        });
      }
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return [];
    }
  }
  return missing;
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
