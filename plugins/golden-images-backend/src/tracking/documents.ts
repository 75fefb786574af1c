import {
  ANNOTATIONS,
  LABELS,
  ROLE_CLONE,
  ROLE_GOLDEN_IMAGE,
  type Image,
  type ImageState,
  type Volume,
  type VolumeState,
} from '@golden-images/plugin-golden-images-common';
import type { TrackedRecord } from '../database';
import { diskBytesOf, readImageMetadata } from '../manifests';
import type { DataVolumeView, Derived } from '../state/types';
import type { ImageProtection } from './ProtectionLevels';
import { isBounded } from './boundedText';
import { imageMarks } from './imageMarks';
import { sourceOf } from './sources';
import {
  annotationOf,
  labelOf,
  ownerMetadata,
  type DataSourceView,
  type Joined,
} from './views';

/** What a row shows of other rows. */
export interface Neighbours {
  /** Of an image: the DataSource of its name. */
  alias?: DataSourceView;
  /** Of a volume: the row that it was copied from. */
  source?: TrackedRecord;
  /** Of a volume: the current version of the image that it was copied from. */
  currentVersion?: string;
  /** The source's namespace is followed, so that an absent source is known to be gone. */
  sourceFollowed: boolean;
}

const ENTITY_REF = /^[a-z0-9]+:[^/\s:]+\/[^/\s]+$/i;

export function imageDocument(
  cluster: string,
  joined: Joined,
  derived: Derived<ImageState>,
  neighbours: Neighbours,
  protection: ImageProtection,
): Image {
  const { dataVolume } = joined;
  return {
    kind: 'image',
    ...facts(cluster, joined, ROLE_GOLDEN_IMAGE),
    ...stateDetails(derived),
    state: derived.state,
    image: imageNameOf(joined),
    version: labelOf(joined, LABELS.version),
    ...imageMarks(joined, neighbours.alias),
    // Of the owner alone: what is taken away there stays on the claim.
    ...readImageMetadata(ownerMetadata(joined) ?? {}),
    contentType: dataVolume?.contentType,
    verified: verifiedOf(joined),
    ...protection,
    source: dataVolume?.sourceType
      ? {
          type: dataVolume.sourceType,
          url: dataVolume.sourceUrl,
          namespace: dataVolume.sourceObject?.namespace,
          name: dataVolume.sourceObject?.name,
        }
      : undefined,
    readyAt: annotationOf(joined, ANNOTATIONS.readyAt),
  };
}

export function volumeDocument(
  cluster: string,
  joined: Joined,
  derived: Derived<VolumeState>,
  neighbours: Neighbours,
): Volume {
  return {
    kind: 'volume',
    ...facts(cluster, joined, ROLE_CLONE),
    ...stateDetails(derived),
    state: derived.state,
    entityRef: entityRefOf(annotationOf(joined, ANNOTATIONS.entityRef)),
    source: sourceOf(joined, neighbours),
    usedBy: joined.longhornVolume?.workloads ?? [],
  };
}

/** Name of the image without its version; that of the object where no label says it. */
export function imageNameOf(joined: Joined): string {
  return labelOf(joined, LABELS.image) ?? joined.name;
}

/** Ours: our role label and a request hash, on the DataVolume or on a claim without one. */
export function isOurs(joined: Joined, role: string): boolean {
  const owner = ownerMetadata(joined);
  return (
    owner?.labels[LABELS.role] === role &&
    owner.annotations[ANNOTATIONS.requestHash] !== undefined
  );
}

export function isOurImage(joined: Joined): boolean {
  return isOurs(joined, ROLE_GOLDEN_IMAGE);
}

function facts(cluster: string, joined: Joined, role: string) {
  const { dataVolume, claim, persistentVolume, longhornVolume } = joined;
  const owner = ownerMetadata(joined);
  return {
    cluster,
    namespace: joined.namespace,
    name: joined.name,
    uid: claim?.metadata.uid,
    ours: isOurs(joined, role),
    createdAt: owner?.createdAt,
    requestedBy: entityRefOf(annotationOf(joined, ANNOTATIONS.requestedBy)),
    sizes: {
      requestedBytes: claim?.requestedBytes ?? dataVolume?.requestedBytes,
      capacityBytes: persistentVolume?.capacityBytes ?? claim?.capacityBytes,
      // CDI itself notes it nowhere.
      diskBytes: diskBytesOf(
        annotationOf(joined, ANNOTATIONS.virtualSizeBytes),
      ),
      usedBytes: longhornVolume?.actualSizeBytes,
    },
    storageClass: claim?.storageClass ?? dataVolume?.storageClass,
    volumeMode: volumeModeOf(claim?.volumeMode ?? dataVolume?.volumeMode),
    accessModes: claim?.accessModes ?? dataVolume?.accessModes ?? [],
    volumeHandle: persistentVolume?.volumeHandle,
    longhorn: longhornVolume && {
      volumeName: longhornVolume.metadata.name,
      robustness: longhornVolume.robustness,
      state: longhornVolume.state,
      replicas: longhornVolume.replicas,
      cloneState: longhornVolume.clone.state || undefined,
    },
    observedAt: new Date(joined.seenAtMs).toISOString(),
  };
}

function stateDetails(derived: Derived) {
  const { reason, since, message, remedy } = derived;
  const { retries, attempts, progressPercent } = derived;
  return {
    reason,
    since,
    message,
    remedy,
    retries,
    attempts,
    progressPercent,
  };
}

/**
 * CDI before 1.65 prunes `checksum`: what the object still has was checked. A
 * copy of an image has the bytes that were checked there.
 */
export function verifiedOf({ dataVolume }: Joined): Image['verified'] {
  if (dataVolume?.checksum) return 'checksum';
  if (dataVolume?.sourceType === 'pvc') return inheritedFrom(dataVolume);
  const byDigest =
    dataVolume?.sourceType === 'registry' &&
    /@sha256:[0-9a-f]{64}$/.test(dataVolume.sourceUrl ?? '');
  return byDigest ? 'digest' : 'none';
}

function inheritedFrom({ metadata }: DataVolumeView): Image['verified'] {
  const { [ANNOTATIONS.sourceVerified]: by, [ANNOTATIONS.requestHash]: hash } =
    metadata.annotations;
  const known = by === 'checksum' || by === 'digest';
  return known && hash !== undefined ? by : 'none';
}

function volumeModeOf(mode?: string): 'Filesystem' | 'Block' | undefined {
  return mode === 'Filesystem' || mode === 'Block' ? mode : undefined;
}

/** An annotation is what anybody wrote: only what has the form of an entity ref is shown as one. */
function entityRefOf(text?: string): string | undefined {
  const isRef = text !== undefined && isBounded(text) && ENTITY_REF.test(text);
  return isRef ? text : undefined;
}
