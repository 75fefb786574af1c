import { findWriters } from '../../control';
import { RESOURCES, type ClusterClient } from '../../kubernetes/ClusterClient';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';

/**
 * Pods that may write to a claim, which CDI waits for.
 *
 * @returns `undefined` where our account may not list Pods
 */
export async function writersOf(
  client: ClusterClient,
  { namespace, name }: { namespace: string; name: string },
): Promise<string[] | undefined> {
  try {
    if (!(await client.mayI('list', RESOURCES.pods, namespace))) {
      return undefined;
    }
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || error.status === 0) {
      throw error;
    }
    return undefined;
  }
  const writers = await findWriters(client, namespace);
  return writers.get(name) ?? [];
}
