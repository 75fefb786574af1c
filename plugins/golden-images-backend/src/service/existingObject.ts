import { ConflictError } from '@backstage/errors';
import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
  stateSentence,
  type Image,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Tracked } from '../database/GoldenImagesStore';
import type {
  ClusterClient,
  KubernetesObject,
} from '../kubernetes/ClusterClient';
import { readNamed } from '../kubernetes/readNamed';
import { describeDifference } from '../manifests/describeDifference';
import type { Claim, DataVolume, RequestIdentity } from '../manifests/types';
import { clusterText } from './clusterText';

/** What bears a name already: a DataVolume, its claim, or a claim alone. */
export interface ExistingObject {
  dataVolume?: DataVolume;
  claim?: Claim;
  /** The DataVolume, else the claim: the one that carries the request. */
  main: DataVolume | Claim;
}

export async function findExisting(
  client: ClusterClient,
  key: { namespace: string; name: string },
): Promise<ExistingObject | undefined> {
  const { dataVolume, claim } = await readNamed<DataVolume, Claim>(client, key);
  const main = dataVolume ?? claim;
  return main && { dataVolume, claim, main };
}

/** Whether it is the one that was meant; any is, where no uid is given. */
export function hasUid(
  { dataVolume, claim }: Pick<ExistingObject, 'dataVolume' | 'claim'>,
  uid: string | undefined,
): boolean {
  return (
    uid === undefined ||
    dataVolume?.metadata.uid === uid ||
    claim?.metadata.uid === uid
  );
}

export interface Judgement {
  kind: 'image' | 'volume';
  existing: ExistingObject;
  identity: RequestIdentity;
  /** The row of this very object, freshly derived. */
  tracked?: Tracked<Image> | Tracked<Volume>;
  /** The image and version that the request makes. */
  image?: { name: string; version?: string };
  replaceFailed: boolean;
  nowMs: number;
}

/**
 * What becomes of a create whose name is taken: `same` returns the existing
 * object, `replace` deletes it first.
 *
 * @throws ConflictError in every other case, with what differs or what to do
 */
export function judgeExisting(judgement: Judgement): 'same' | 'replace' {
  const { existing, identity, replaceFailed } = judgement;
  const what = describeObject(existing.main);
  refuseForeign(judgement, what);
  const { annotations = {} } = existing.main.metadata;
  const same = annotations[ANNOTATIONS.requestHash] === identity.hash;
  const dead = deathOf(judgement);
  if (same && !dead) return 'same';
  if (dead && replaceFailed && !wasEverReady(judgement)) return 'replace';
  const parts = [];
  if (!same) {
    parts.push(
      `${what} was made by another request: ${describeDifference(
        annotations[ANNOTATIONS.request],
        identity.request,
      )}.`,
    );
  }
  if (dead) parts.push(same ? `${what} exists. ${dead}` : dead);
  parts.push(remedyFor(judgement, dead !== undefined));
  throw new ConflictError(parts.join(' '));
}

function refuseForeign(judgement: Judgement, what: string): void {
  const { existing, kind, image } = judgement;
  const { main, claim } = existing;
  if (main.metadata.deletionTimestamp || claim?.metadata.deletionTimestamp) {
    throw new ConflictError(
      `${what} is being deleted. Wait until it is gone, then try again.`,
    );
  }
  const { labels = {}, annotations = {} } = main.metadata;
  const role = labels[LABELS.role];
  const orphan = !existing.dataVolume && controllerKind(main) === 'DataVolume';
  if (orphan) {
    throw new ConflictError(
      `${what} belonged to a DataVolume that is gone, and is about to be deleted. Try again in a moment.`,
    );
  }
  if (!annotations[ANNOTATIONS.requestHash] || !role) {
    throw new ConflictError(
      `${what} exists and was not made by this product, so it is left alone. Choose another name.`,
    );
  }
  const wanted = kind === 'image' ? ROLE_GOLDEN_IMAGE : ROLE_CLONE;
  if (role !== wanted) {
    throw new ConflictError(
      `${what} exists and is ${
        role === ROLE_CLONE ? 'a clone' : 'a golden image'
      }. Choose another name.`,
    );
  }
  if (
    image &&
    (labels[LABELS.image] !== image.name ||
      labels[LABELS.version] !== image.version)
  ) {
    throw new ConflictError(
      `${what} belongs to image "${clusterText(labels[LABELS.image] ?? '')}"${
        labels[LABELS.version]
          ? ` version "${clusterText(labels[LABELS.version])}"`
          : ' without a version'
      }. Choose another name or version.`,
    );
  }
}

/** What is wrong with it, when waiting for it makes no sense. */
function deathOf(judgement: Judgement): string | undefined {
  const { existing, tracked, nowMs } = judgement;
  const row =
    tracked?.ownerUid === existing.main.metadata.uid ? tracked : undefined;
  if (row && ['failing', 'failed', 'lost'].includes(row.object.state)) {
    const { message, remedy } = row.object;
    const sentence = stateSentence(row.object, nowMs);
    return [
      sentence.endsWith('.') ? sentence : `${sentence}.`,
      message && `The cluster says: ${clusterText(message)}`,
      remedy,
    ]
      .filter(Boolean)
      .join(' ');
  }
  return existing.dataVolume?.status?.phase === 'Failed'
    ? 'It failed and will not be tried again.'
    : undefined;
}

function wasEverReady(judgement: Judgement): boolean {
  const { existing, tracked } = judgement;
  const { annotations = {}, uid } = existing.main.metadata;
  return (
    annotations[ANNOTATIONS.readyAt] !== undefined ||
    annotations[ANNOTATIONS.claimUid] !== undefined ||
    (tracked?.ownerUid === uid && tracked?.readyBefore === true)
  );
}

function remedyFor(judgement: Judgement, dead: boolean): string {
  const other =
    judgement.kind === 'image'
      ? 'Other content is another version: choose one.'
      : 'Choose another name, or ask for the same as before.';
  if (wasEverReady(judgement)) {
    return judgement.kind === 'image'
      ? `It was ready once, so its name is taken for good. ${other}`
      : 'It was ready once, so it is never replaced. Choose another name.';
  }
  if (dead && !judgement.replaceFailed) {
    return 'To replace it, ask again with "replaceFailed".';
  }
  return judgement.replaceFailed
    ? `It is not failing, so it is not replaced. ${other}`
    : other;
}

function controllerKind(object: KubernetesObject): string | undefined {
  return object.metadata.ownerReferences?.find(owner => owner.controller)?.kind;
}

export function describeObject(object: KubernetesObject): string {
  const kind = object.kind === 'DataVolume' ? 'DataVolume' : 'Claim';
  return `${kind} "${object.metadata.namespace}/${object.metadata.name}"`;
}
