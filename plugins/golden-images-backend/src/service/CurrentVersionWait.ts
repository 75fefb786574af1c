import {
  ANNOTATIONS,
  type ClusterStatus,
  type Image,
  type WaitStatus,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES, type ClusterClient } from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { DataSource } from '../manifests';
import type { Tracking } from '../tracking';
import type { ClusterDirectory } from './ClusterDirectory';
import { clusterText } from './clusterText';
import {
  currentOutlook,
  neverCurrent,
  type CurrentOutlook,
} from './currentOutlook';
import { whyUnverified } from './verification';

/**
 * The last part of a wait for an image: a version that is ready becomes current
 * a moment later, and who clones by name before that gets the version that was
 * current until then.
 */
export class CurrentVersionWait {
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;

  constructor(options: { tracking: Tracking; clusters: ClusterDirectory }) {
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
  }

  /** The status of a ready image, which ends the wait only when its alias is settled. */
  async refine(
    status: WaitStatus,
    image: Image,
    cluster: ClusterStatus,
  ): Promise<WaitStatus> {
    if (image.current || !image.ours) return status;
    const outlook = await this.#outlook(image, cluster);
    if (outlook.end === 'current') {
      return { ...status, object: { ...image, current: true } };
    }
    if (outlook.end === 'never') {
      return { ...status, sentence: `${status.sentence}. ${outlook.sentence}` };
    }
    return {
      ...status,
      outcome: 'waiting',
      stage: 'copied',
      sentence: `${status.sentence}, and about to become the current version of ${image.image}`,
    };
  }

  /** Read from the cluster itself, as a clone by name is resolved. */
  async #outlook(
    image: Image,
    cluster: ClusterStatus,
  ): Promise<CurrentOutlook> {
    const { namespace, name } = image;
    const client = this.#tracking.client(cluster.name);
    try {
      const [alias, dataVolume] = await Promise.all([
        client.get<DataSource>({
          type: RESOURCES.dataSources,
          namespace,
          name: image.image,
        }),
        client.get({ type: RESOURCES.dataVolumes, namespace, name }),
      ]);
      const outlook = currentOutlook({
        image,
        alias,
        setCurrent: dataVolume?.metadata.annotations?.[ANNOTATIONS.setCurrent],
        unverified: whyUnverified(image, this.#clusters.named(cluster.name)),
      });
      if (outlook.end !== 'pending') return outlook;
      const lacking = await whatLacks(client, image, { cluster, alias });
      return lacking === undefined ? outlook : neverCurrent(image, lacking);
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      // Without an answer it may still come; a refusal stays.
      return error.status === 403
        ? {
            end: 'never',
            sentence: `Whether it is the current version cannot be seen: ${clusterText(
              error.message,
            )}`,
          }
        : { end: 'pending' };
    }
  }
}

/** What the account may not do, without which no alias is ever written. */
async function whatLacks(
  client: ClusterClient,
  { namespace }: Image,
  { cluster, alias }: { cluster: ClusterStatus; alias?: DataSource },
): Promise<string | undefined> {
  // Only with its size known is it noted which bytes were meant.
  const sizes = cluster.missing.find(({ feature }) => feature === 'sizes');
  if (sizes) return sizes.reason;
  const needed = [
    { verb: alias ? 'patch' : 'create', type: RESOURCES.dataSources },
    { verb: 'patch', type: RESOURCES.dataVolumes },
  ];
  for (const { verb, type } of needed) {
    if (!(await client.mayI(verb, type, namespace))) {
      return `the account of the backend may not ${verb} ${type.resource} in ${namespace}`;
    }
  }
  return undefined;
}
