import type { NamespaceQuota } from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../config/types';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import { quotaLeft, quotaOf, type Preflight } from './preflight';

/** What is left of the quotas of namespaces, for a picker. */
export class NamespaceQuotas {
  readonly #preflight: Preflight;

  constructor(preflight: Preflight) {
    this.#preflight = preflight;
  }

  /** By namespace. A cluster that does not answer leaves them unknown. */
  async of(
    cluster: ClusterConfig,
    namespaces: string[],
  ): Promise<Map<string, NamespaceQuota>> {
    try {
      return await this.#read(cluster, namespaces);
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return new Map();
    }
  }

  async #read(cluster: ClusterConfig, namespaces: string[]) {
    const facts = this.#preflight.facts(cluster.name);
    const all =
      cluster.scope === 'cluster' ? await facts.allQuotas() : undefined;
    const found = new Map<string, NamespaceQuota>();
    for (const name of namespaces) {
      const quotas = all?.known
        ? {
            known: true as const,
            value: all.value
              .filter(({ metadata }) => metadata.namespace === name)
              .map(quotaOf),
          }
        : (await facts.limitsOf(name)).quotas;
      found.set(name, quotaLeft(quotas));
    }
    return found;
  }
}
