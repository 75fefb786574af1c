import {
  ANNOTATIONS,
  LABELS,
  Quantity,
  ROLE_CLONE,
  type Image,
} from '@golden-images/plugin-golden-images-common';
import { instancetypeLabels } from './imageMetadata';
import { definedOnly, labelValue, ourAnnotations, ourLabels } from './metadata';
import type {
  Claim,
  ClaimSpec,
  DataVolume,
  Provenance,
  RequestIdentity,
} from './types';

/** CDI then chooses a node by itself (CDI 1.66). */
const BIND_IMMEDIATELY = 'cdi.kubevirt.io/storage.bind.immediate.requested';

/** The version of an image that a clone was resolved to. */
export interface CloneSource {
  namespace: string;
  /** Name of the claim. */
  name: string;
  /** uid of the claim. */
  uid: string;
  image: string;
  version?: string;
  /** `archive`: it holds files, and no disk. */
  contentType?: 'kubevirt' | 'archive';
  /** Checksum or digest of the file, where known. */
  digest?: string;
  /** PV `spec.capacity.storage`. */
  capacity: Quantity;
  storageClass?: string;
  volumeMode: string;
  accessModes: string[];
  /** Virtual size of the disk of the image, where known. */
  diskBytes?: number;
  /** KubeVirt's defaults, which the clone has from it: CDI copies them only where it copies. */
  kubevirt?: Image['kubevirt'];
}

export interface CloneTarget {
  namespace: string;
  name: string;
  size: Quantity;
  storageClass?: string;
  accessModes: string[];
  /** Its class waits for the first Pod, and the volume is wanted before. */
  bindImmediately?: boolean;
  entityRef?: string;
  kubernetesId?: string;
}

interface CloneManifestOptions {
  source: CloneSource;
  target: CloneTarget;
  identity: RequestIdentity;
  provenance: Provenance;
}

/**
 * A plain claim with a `dataSource` where Longhorn can clone directly: in the
 * same namespace with exactly the size of the source's volume (Longhorn
 * refuses any other, CSI `OutOfRange`). A DataVolume of CDI for the rest, and
 * for what shall not wait for a Pod: only CDI can bind that.
 */
export function needsDataVolume(
  source: Pick<CloneSource, 'namespace' | 'capacity'>,
  target: Pick<CloneTarget, 'namespace' | 'size' | 'bindImmediately'>,
): boolean {
  return (
    source.namespace !== target.namespace ||
    !source.capacity.equals(target.size) ||
    target.bindImmediately === true
  );
}

/**
 * The claim or DataVolume of a clone. A DataVolume names the resolved claim,
 * size, class and modes: CDI resolves a `sourceRef` twice, and a missing size
 * may end smaller than the source (CDI 1.66).
 */
export function cloneManifest(
  options: CloneManifestOptions,
): Claim | DataVolume {
  const { source, target } = options;
  const metadata = {
    name: target.name,
    namespace: target.namespace,
    labels: {
      ...instancetypeLabels(source.kubevirt),
      ...ourLabels(ROLE_CLONE, { name: source.image, version: source.version }),
      ...definedOnly({
        [LABELS.kubernetesId]:
          target.kubernetesId && labelValue(target.kubernetesId),
      }),
    },
    annotations: {
      ...ourAnnotations(options.identity, options.provenance),
      ...definedOnly({
        [ANNOTATIONS.entityRef]: target.entityRef,
        [ANNOTATIONS.sourceUid]: source.uid,
        [ANNOTATIONS.sourceVersion]: source.version,
        [ANNOTATIONS.sourceDigest]: source.digest,
        [ANNOTATIONS.virtualSizeBytes]: source.diskBytes?.toString(),
        [BIND_IMMEDIATELY]: target.bindImmediately ? 'true' : undefined,
      }),
    },
  };
  const claim: ClaimSpec = {
    accessModes: target.accessModes,
    volumeMode: source.volumeMode,
    ...(target.storageClass && { storageClassName: target.storageClass }),
    resources: { requests: { storage: target.size.toString() } },
  };
  if (needsDataVolume(source, target)) {
    return {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata,
      spec: {
        source: { pvc: { namespace: source.namespace, name: source.name } },
        pvc: claim,
      },
    };
  }
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      ...claim,
      // Other spellings of the core group are dropped by the API server, which
      // then makes an empty volume (Kubernetes 1.36).
      dataSource: {
        apiGroup: '',
        kind: 'PersistentVolumeClaim',
        name: source.name,
      },
    },
  };
}
