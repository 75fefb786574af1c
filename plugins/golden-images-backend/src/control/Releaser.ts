import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import {
  KubernetesApiError,
  type ClusterClient,
  type KubernetesObject,
} from '../kubernetes';
import { deleteProtected } from './deleteProtected';
import { readDisk } from './readDisk';
import { finishedRefusal } from './releaseRefusal';

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

/** Each decides anew, by what the object and the volume behind it have become. */
const MOST_LOOKS = 5;

const kept = (why: string): ReleaseOutcome => ({ outcome: 'kept', why });

/**
 * Deletes objects of ours that were never ready, if their own annotations
 * agreed to that when they were made. The object and the volume behind it are
 * read afresh, and it is deleted only as it was read: what has become ready
 * meanwhile stays, whatever is known of it elsewhere.
 */
export class Releaser {
  readonly #client: ClusterClient;

  readonly #nowMs: () => number;

  constructor(client: ClusterClient, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
  }

  /** @throws KubernetesApiError when the cluster refuses or does not answer */
  async release(terms: ReleaseTerms): Promise<ReleaseOutcome> {
    // Its controllers write on an object while it fails again and again.
    for (let look = 1; ; look += 1) {
      try {
        return await this.#releaseAsSeen(terms);
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (look >= MOST_LOOKS) return kept('it changes at this moment');
      }
    }
  }

  /** @throws KubernetesApiError, 409 when it has changed since it was read */
  async #releaseAsSeen(terms: ReleaseTerms): Promise<ReleaseOutcome> {
    const disk = await readDisk(this.#client, terms, this.#nowMs());
    if (!disk) return kept('it does not exist any more');
    const { ref, object } = disk.main;
    const foreign = refusalOf(object, terms);
    if (foreign) return kept(foreign);
    const { uid = '', resourceVersion, deletionTimestamp } = object.metadata;
    if (deletionTimestamp) return { outcome: 'deleted', uid };
    const finished = finishedRefusal(disk);
    if (finished) return kept(finished);
    await deleteProtected(this.#client, ref, { uid, resourceVersion });
    return { outcome: 'deleted', uid };
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
