import {
  ANNOTATIONS,
  LABELS,
  type ImageState,
  type Volume,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';
import type { CloneLimits } from '../config/cloneLimits';
import type { Tracked, TrackedRecord } from '../database';
import { classify, derive } from '../state';
import type { Derived, Memory } from '../state/types';
import type { ImageProtection } from './ProtectionLevels';
import { copySlotUntilMs } from './copySlot';
import { deadlineMsOf } from './deadline';
import { imageDocument, volumeDocument, type Neighbours } from './documents';
import {
  annotationOf,
  labelOf,
  labelsOf,
  ownerMetadata,
  type Joined,
} from './views';

const SOON_MS = 1_000;
const MINUTE_MS = 60_000;

/** What a row depends on beyond its own objects. */
export interface DeriveContext {
  imageNamespaces: string[];
  cloneLimits: CloneLimits;
  longhornReadable: boolean;
  persistentVolumesReadable: boolean;
  dataVolumesReadable: boolean;
  /** What the API server says to a claim that CDI does not make: see `ClaimTrials`. */
  claimRefusalOf: (key: string, uid?: string) => string | undefined;
  /** How far an image is protected, as was last found out. */
  protectionOf: (key: string) => ImageProtection;
  /** Whether the objects of this namespace are followed. */
  isFollowed: (namespace: string) => boolean;
  /** Whether an image or volume of this namespace that is not seen is gone. */
  wouldSee: (namespace: string) => boolean;
}

/** The row of one name, or nothing when it is neither an image nor a volume. */
export function deriveRow(input: {
  cluster: string;
  joined: Joined;
  memory?: Memory;
  neighbours: Neighbours & { sourceKey?: string };
  context: DeriveContext;
  nowMs: number;
}): { record: TrackedRecord; needsDryRun: boolean } | undefined {
  const { cluster, joined, context, nowMs } = input;
  const kind = classify(joined, context.imageNamespaces);
  const owner = ownerMetadata(joined);
  if (kind === 'hidden' || !owner) return undefined;
  const derived = derive({
    ...joined,
    kind,
    longhornReadable: context.longhornReadable,
    persistentVolumesReadable: context.persistentVolumesReadable,
    dataVolumesReadable: context.dataVolumesReadable,
    sourceState: input.neighbours.source?.tracked.object.state,
    dryRunRefusal: context.claimRefusalOf(
      `${joined.namespace}/${joined.name}`,
      joined.dataVolume?.metadata.uid,
    ),
    memory: input.memory,
    nowMs,
  });
  const readyBefore =
    derived.memory.readyClaimUid !== undefined ||
    annotationOf(joined, ANNOTATIONS.claimUid) !== undefined;
  const rest = {
    requestHash: owner.annotations[ANNOTATIONS.requestHash],
    giveUp: derived.giveUp,
    stage: derived.stage,
    ownerUid: owner.uid,
    readyBefore,
  };
  const neighbours = {
    ...input.neighbours,
    sourceFollowed:
      input.neighbours.sourceFollowed &&
      context.isFollowed(
        input.neighbours.sourceKey?.split('/')[0] ?? joined.namespace,
      ),
  };
  const record: TrackedRecord = {
    tracked:
      kind === 'image'
        ? {
            ...rest,
            object: imageDocument(
              cluster,
              joined,
              derived as Derived<ImageState>,
              neighbours,
              context.protectionOf(`${joined.namespace}/${joined.name}`),
            ),
          }
        : {
            ...rest,
            object: volumeDocument(
              cluster,
              joined,
              derived as Derived<VolumeState>,
              neighbours,
            ),
          },
    memory: derived.memory,
    kubernetesId: labelOf(joined, LABELS.kubernetesId),
    labels: kind === 'volume' ? labelsOf(joined) : undefined,
    sourceKey: kind === 'volume' ? input.neighbours.sourceKey : undefined,
    dueAtMs: earliest(
      derived.dueAtMs && Math.max(derived.dueAtMs, nowMs + SOON_MS),
      readyBefore ? undefined : nextDeadlineMs(joined, nowMs),
    ),
    seenAtMs: joined.seenAtMs,
  };
  if (kind === 'volume') {
    record.slotUntilMs = copySlotUntilMs(
      record.tracked as Tracked<Volume>,
      context.cloneLimits,
    );
  }
  return { record, needsDryRun: derived.needsDryRun === true };
}

/** A deadline that has passed stays due, each minute, until the object is gone. */
function nextDeadlineMs(joined: Joined, nowMs: number): number | undefined {
  const deadlineMs = deadlineMsOf(joined);
  if (deadlineMs === undefined || deadlineMs > nowMs) return deadlineMs;
  const minutes = Math.floor((nowMs - deadlineMs) / MINUTE_MS) + 1;
  return deadlineMs + minutes * MINUTE_MS;
}

function earliest(...moments: (number | undefined)[]): number | undefined {
  const known = moments.filter(moment => moment !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
