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
 * protects is there from creation on.
 */
export function importManifest(options: {
  request: ImportRequest;
  namespace: string;
  storageClass?: string;
  identity: RequestIdentity;
  provenance: Provenance;
}): DataVolume {
  const { request, namespace, identity, provenance } = options;
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
        }),
        ...newMetadataAnnotations(request),
      },
    },
    spec: {
      source: sourceSpec(request.source, namespace),
      ...(request.contentType && { contentType: request.contentType }),
      pvc: {
        accessModes: ['ReadWriteOnce'],
        ...(request.volumeMode && { volumeMode: request.volumeMode }),
        ...(options.storageClass && { storageClassName: options.storageClass }),
        resources: { requests: { storage: request.size } },
      },
    },
  };
}
