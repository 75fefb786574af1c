import type { ClusterConfig } from '../config/types';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { StorageClassInfo, Tracking } from '../tracking';

/** Questions that a write asks of its cluster first. Answers are sentences, `undefined` when all is well. */
export class ClusterChecks {
  readonly #tracking: Tracking;

  constructor(tracking: Tracking) {
    this.#tracking = tracking;
  }

  async cdiMissing(
    cluster: ClusterConfig,
    namespace: string,
  ): Promise<string | undefined> {
    try {
      await this.#tracking
        .client(cluster.name)
        .list(RESOURCES.dataVolumes, { namespace, limit: 1 });
      return undefined;
    } catch (error) {
      if (error instanceof KubernetesApiError && error.status === 404) {
        return `cluster: CDI is not installed in "${cluster.name}", and this needs a DataVolume; an administrator can install it`;
      }
      throw error;
    }
  }

  /**
   * The class that a claim will get: the one that is named, else the cluster's
   * default. No classes at all means that they may not be read here.
   */
  async storageClass(
    cluster: ClusterConfig,
    name: string | undefined,
  ): Promise<{ found?: StorageClassInfo; problem?: string }> {
    const classes = await this.#tracking.storageClasses(cluster.name);
    if (classes.length === 0) return {};
    const found = classes.find(candidate =>
      name === undefined ? candidate.isDefault : candidate.name === name,
    );
    if (found) return { found };
    const names = classes.map(candidate => candidate.name).join(', ');
    return {
      problem:
        name === undefined
          ? `storageClass: cluster "${cluster.name}" has no default, so one must be named (there: ${names})`
          : `storageClass: "${name}" does not exist in cluster "${cluster.name}" (there: ${names})`,
    };
  }
}
