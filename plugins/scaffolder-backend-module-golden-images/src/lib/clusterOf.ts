import { InputError } from '@backstage/errors';
import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';
import type {
  GoldenImagesCallOptions,
  GoldenImagesService,
} from '@golden-images/plugin-golden-images-node';
import { callBackend } from './callBackend';

/**
 * The cluster that is meant, which may be left out where there is only one.
 *
 * @throws InputError naming the clusters that there are
 */
export async function clusterOf(
  goldenImages: GoldenImagesService,
  name: string | undefined,
  options: GoldenImagesCallOptions,
): Promise<ClusterStatus> {
  const clusters = await callBackend(() => goldenImages.listClusters(options));
  const names = clusters.map(cluster => cluster.name).join(', ');
  if (name === undefined) {
    if (clusters.length === 1) return clusters[0];
    throw new InputError(
      clusters.length === 0
        ? 'cluster: none is configured'
        : `cluster: must be named (there: ${names})`,
    );
  }
  const found = clusters.find(cluster => cluster.name === name);
  if (!found) {
    throw new InputError(`cluster: there is no "${name}" (there: ${names})`);
  }
  return found;
}
