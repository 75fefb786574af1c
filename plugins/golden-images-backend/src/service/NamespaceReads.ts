import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { namespaceOwner } from '../auth/namespaceOwner';
import { Batches } from '../batching';
import type { ClusterConfig } from '../config/types';
import { RESOURCES, type KubernetesObject } from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { Tracking } from '../tracking';

/** From so many on one list of all namespaces is read instead of each. */
const LIST_FROM = 20;

export interface NamespaceFacts {
  name: string;
  /** Absent where the account may not read namespaces: a create will tell. */
  exists?: boolean;
  terminating: boolean;
  /** Entity ref in lower case. */
  owner?: string;
}

interface Question {
  cluster: ClusterConfig;
  name: string;
}

/** Namespaces as their cluster has them now; those that are asked for at the same time are read together. */
export class NamespaceReads {
  readonly #tracking: Tracking;
  readonly #batches = new Batches<Question, NamespaceFacts>(questions =>
    this.#readAll(questions),
  );

  constructor(tracking: Tracking) {
    this.#tracking = tracking;
  }

  async read(cluster: ClusterConfig, name: string): Promise<NamespaceFacts> {
    return this.#batches.get(cluster.name, { cluster, name });
  }

  async #readAll(questions: Question[]): Promise<Promise<NamespaceFacts>[]> {
    const [{ cluster }] = questions;
    const names = new Set(questions.map(({ name }) => name));
    const listed =
      names.size >= LIST_FROM ? await this.#list(cluster) : undefined;
    const facts = new Map(
      [...names].map(name => [
        name,
        listed
          ? Promise.resolve(factsOf(cluster, name, listed.get(name)))
          : this.#readOne(cluster, name),
      ]),
    );
    return questions.map(({ name }) => facts.get(name)!);
  }

  /** `undefined` where they cannot be listed. */
  async #list(
    cluster: ClusterConfig,
  ): Promise<Map<string, KubernetesObject> | undefined> {
    try {
      const all = await this.#tracking
        .client(cluster.name)
        .list(RESOURCES.namespaces);
      return new Map(all.map(each => [each.metadata.name, each]));
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  async #readOne(
    cluster: ClusterConfig,
    name: string,
  ): Promise<NamespaceFacts> {
    try {
      const found = await this.#tracking
        .client(cluster.name)
        .get({ type: RESOURCES.namespaces, name });
      return factsOf(cluster, name, found);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const rows = await this.#tracking.reader.listNamespaces({
        cluster: cluster.name,
      });
      const row = rows.find(candidate => candidate.name === name);
      return {
        name,
        terminating: row?.terminating ?? false,
        owner: namespaceOwner(cluster, {
          name,
          annotatedOwner: row?.annotatedOwner,
        }),
      };
    }
  }
}

function factsOf(
  cluster: ClusterConfig,
  name: string,
  found: KubernetesObject | undefined,
): NamespaceFacts {
  return {
    name,
    exists: found !== undefined,
    terminating: found?.metadata.deletionTimestamp !== undefined,
    owner: namespaceOwner(cluster, {
      name,
      annotatedOwner: found?.metadata.annotations?.[ANNOTATIONS.owner],
    }),
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 403;
}
