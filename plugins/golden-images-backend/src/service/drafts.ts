import {
  ANNOTATIONS,
  Quantity,
  type Image,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { redactUrl } from '../state';
import { diskBytesOf } from '../manifests';
import type { CloneSource } from '../manifests/cloneManifest';
import { readImageMetadata } from '../manifests/imageMetadata';
import type {
  Claim,
  ClaimSpec,
  DataVolume,
  DataVolumeSource,
} from '../manifests/types';

const VOLUME_MODES = ['Filesystem', 'Block'] as const;

interface DraftContext {
  cluster: string;
  requestedBy: string;
  nowMs: number;
}

/**
 * An image as it is known from its manifest alone: the answer of a dry run, or
 * of a create that has not been seen by the tracker yet.
 */
export function imageDraft(
  object: DataVolume,
  image: { name: string; version?: string },
  context: DraftContext,
): Image {
  const source = object.spec.source ?? {};
  const [type] = Object.keys(source);
  const url = (source.http ?? source.s3 ?? source.gcs ?? source.registry)?.url;
  return {
    kind: 'image',
    ...facts(object, object.spec.pvc, context),
    state: 'pending',
    reason: 'requested',
    image: image.name,
    version: image.version,
    ...readImageMetadata(object.metadata),
    current: false,
    contentType: object.spec.contentType,
    verified: verificationOf(source, object.metadata.annotations),
    protection: 'advisory',
    source:
      type === undefined
        ? undefined
        : {
            type,
            url: url && redactUrl(url),
            ...(source.pvc ?? source.snapshot),
          },
  };
}

/** What CDI will check the bytes against. */
export function verificationOf(
  source: Pick<DataVolumeSource, 'http' | 'registry'> & { pvc?: unknown },
  annotations: Record<string, string> = {},
): Image['verified'] {
  if (source.http?.checksum) return 'checksum';
  const by = annotations[ANNOTATIONS.sourceVerified];
  if (source.pvc && (by === 'checksum' || by === 'digest')) return by;
  return source.registry?.url?.includes('@sha256:') ? 'digest' : 'none';
}

/** The same of a volume. */
export function volumeDraft(
  object: DataVolume | Claim,
  clone:
    | { source: CloneSource; entityRef?: string; owner?: string }
    | undefined,
  context: DraftContext,
): Volume {
  const source = clone?.source;
  return {
    kind: 'volume',
    ...facts(object, claimSpec(object), context),
    state: 'pending',
    reason: 'requested',
    entityRef: clone?.entityRef,
    owner: clone?.owner,
    source: source && {
      namespace: source.namespace,
      name: source.name,
      image: source.image,
      version: source.version,
      uid: source.uid,
      contentType: source.contentType,
    },
    usedBy: [],
  };
}

function claimSpec(object: DataVolume | Claim): ClaimSpec | undefined {
  return object.kind === 'DataVolume'
    ? (object as DataVolume).spec.pvc
    : (object as Claim).spec;
}

function facts(
  object: DataVolume | Claim,
  claim: ClaimSpec | undefined,
  context: DraftContext,
) {
  return {
    cluster: context.cluster,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    ours: true,
    createdAt: object.metadata.creationTimestamp,
    requestedBy: context.requestedBy,
    sizes: {
      requestedBytes: Quantity.tryParse(claim?.resources?.requests?.storage)
        ?.bytes,
      diskBytes: diskBytesOf(
        object.metadata.annotations?.[ANNOTATIONS.virtualSizeBytes],
      ),
    },
    storageClass: claim?.storageClassName,
    volumeMode: VOLUME_MODES.find(mode => mode === claim?.volumeMode),
    accessModes: claim?.accessModes ?? [],
    observedAt: new Date(context.nowMs).toISOString(),
  };
}
