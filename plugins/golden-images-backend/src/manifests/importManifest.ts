import {
  ANNOTATIONS,
  ROLE_GOLDEN_IMAGE,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { instancetypeLabels, newMetadataAnnotations } from './imageMetadata';
import {
  definedOnly,
  imageObjectName,
  ourAnnotations,
  ourLabels,
} from './metadata';
import type { ImageOrigin } from './imageOrigin';
import { sourceSpec } from './sources/sourceSpec';
import type { DataVolume, Provenance, RequestIdentity } from './types';

/**
 * Without it CDI waits for a Pod before it imports into a class with
 * `WaitForFirstConsumer` (CDI 1.66, phase `PendingPopulation`).
 */
const BIND_IMMEDIATE = 'cdi.kubevirt.io/storage.bind.immediate.requested';

/**
 * The DataVolume of an import. `spec.pvc` is used by CDI verbatim, whereas
 * `spec.storage` would inflate the size again (CDI 1.66). The label that
 * protects is there from creation on. An image of a claim or a snapshot has
 * size, modes and class written out, too: CDI would take them from elsewhere.
 */
export function importManifest(options: {
  request: ImportRequest;
  /** What the source was found to be, where it is a claim or a snapshot. */
  origin?: ImageOrigin;
  /** What a look at the image has shown; size as it was asked where absent. */
  sized?: { size?: string; format?: string; virtualSizeBytes?: number };
  namespace: string;
  storageClass?: string;
  identity: RequestIdentity;
  provenance: Provenance;
}): DataVolume {
  const { request, origin, sized, namespace, identity, provenance } = options;
  const volumeMode =
    request.volumeMode ?? (origin && (origin.volumeMode ?? 'Filesystem'));
  const contentType = origin?.contentType ?? request.contentType;
  const storageClass = options.storageClass ?? origin?.storageClass;
  const size =
    request.size === 'auto' && origin
      ? origin.size.toString()
      : sized?.size ?? request.size;
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: imageObjectName(request.name, request.version),
      namespace,
      labels: {
        ...instancetypeLabels(request.kubevirt),
        ...ourLabels(ROLE_GOLDEN_IMAGE, request),
      },
      annotations: {
        ...ourAnnotations(identity, provenance),
        ...definedOnly({
          [BIND_IMMEDIATE]: 'true',
          [ANNOTATIONS.setCurrent]:
            request.setCurrent === false ? 'false' : undefined,
          [ANNOTATIONS.sourceUid]: origin?.uid,
          [ANNOTATIONS.sourceDigest]: origin?.verified?.digest,
          [ANNOTATIONS.sourceVerified]: origin?.verified?.by,
          [ANNOTATIONS.format]: sized?.format,
          [ANNOTATIONS.virtualSizeBytes]: sized?.virtualSizeBytes?.toString(),
        }),
        ...newMetadataAnnotations(request),
      },
    },
    spec: {
      source: sourceSpec(request.source, namespace),
      ...(contentType && { contentType }),
      pvc: {
        accessModes: ['ReadWriteOnce'],
        ...(volumeMode && { volumeMode }),
        ...(storageClass && { storageClassName: storageClass }),
        resources: { requests: { storage: size } },
      },
    },
  };
}
