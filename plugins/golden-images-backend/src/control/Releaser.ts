import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
  type KubernetesObject,
  type ObjectRef,
} from '../kubernetes';
import { deleteProtected } from './deleteProtected';

/** What must be true of the object itself for it to be deleted. */
export interface ReleaseTerms {
  namespace: string;
  name: string;
  kind: 'image' | 'volume';
  uid?: string;
  requestHash?: string;
  requestedBy?: string;
}

export type ReleaseOutcome =
  | { outcome: 'deleted'; uid: string }
  | { outcome: 'kept'; why: string };

interface Present {
  ref: ObjectRef;
  object: KubernetesObject;
}

const kept = (why: string): ReleaseOutcome => ({ outcome: 'kept', why });

/**
 * Deletes objects of ours that were never ready, if their own annotations
 * agreed to that when they were made. The object is read afresh and deleted
 * only as it was read: what becomes ready in between stays.
 */
export class Releaser {
  readonly #client: ClusterClient;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** @throws KubernetesApiError when the cluster refuses or does not answer */
  async release(terms: ReleaseTerms): Promise<ReleaseOutcome> {
    const present = await this.#read(terms);
    if (!present) return kept('it does not exist any more');
    const { object } = present;
    const refusal = refusalOf(object, terms);
    if (refusal) return kept(refusal);
    const uid = object.metadata.uid ?? '';
    if (object.metadata.deletionTimestamp) return { outcome: 'deleted', uid };
    try {
      const { resourceVersion } = object.metadata;
      await deleteProtected(this.#client, present.ref, {
        uid,
        resourceVersion,
      });
      return { outcome: 'deleted', uid };
    } catch (error) {
      if (isConflict(error)) return kept('it has changed at this moment');
      throw error;
    }
  }

  async #read({ namespace, name }: ReleaseTerms): Promise<Present | undefined> {
    for (const type of [RESOURCES.dataVolumes, RESOURCES.claims]) {
      const ref = { type, namespace, name };
      const object = await this.#client.get(ref);
      if (object) return { ref, object };
    }
    return undefined;
  }
}

function refusalOf(
  object: KubernetesObject,
  terms: ReleaseTerms,
): string | undefined {
  const { labels = {}, annotations = {}, uid } = object.metadata;
  const role = terms.kind === 'image' ? ROLE_GOLDEN_IMAGE : ROLE_CLONE;
  const hash = annotations[ANNOTATIONS.requestHash];
  if (labels[LABELS.role] !== role || hash === undefined) {
    return 'it was not made here';
  }
  if (terms.uid !== undefined && terms.uid !== uid) {
    return 'another object bears the name now';
  }
  if (terms.requestHash !== undefined && terms.requestHash !== hash) {
    return 'it was made by another request';
  }
  const requestedBy = annotations[ANNOTATIONS.requestedBy];
  if (terms.requestedBy !== undefined && terms.requestedBy !== requestedBy) {
    return 'it was asked for by somebody else';
  }
  if (annotations[ANNOTATIONS.onTimeout] !== 'delete') {
    return 'it was asked to be kept';
  }
  if (annotations[ANNOTATIONS.claimUid] !== undefined) {
    return 'it was ready before';
  }
  return terms.kind === 'image' && phaseOf(object) === 'Succeeded'
    ? 'it has just been imported'
    : undefined;
}

function phaseOf({ status }: KubernetesObject): unknown {
  return (status as { phase?: unknown } | undefined)?.phase;
}

function isConflict(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 409;
}
