import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import type { Person } from '../../auth';
import type { ClusterConfig } from '../../config/types';
import { cloneIdentity, type Claim, type DataVolume } from '../../manifests';
import type { CreateTarget } from '../IdempotentCreate';
import type { WaitAgreement } from '../waitAgreement';

/** A clone as it was asked for, with names filled in and the asker known. */
export interface CloneOrder {
  request: CloneRequest;
  cluster: ClusterConfig;
  imageNamespace: string;
  /** Who asked. */
  person: Person;
  /** In its full form. */
  entityRef?: string;
  /** For the label that the Kubernetes plugin selects by. */
  kubernetesId?: string;
  /** What was agreed about a volume that is never ready. */
  agreement: WaitAgreement;
}

export function createTargetOf(
  order: CloneOrder,
  dryRun: boolean,
): CreateTarget {
  const { request, cluster, imageNamespace, entityRef } = order;
  return {
    cluster: cluster.name,
    kind: 'volume',
    namespace: request.namespace,
    name: request.name,
    identity: cloneIdentity(request, { imageNamespace, entityRef }),
    replaceFailed: request.replaceFailed ?? false,
    dryRun,
    dropped: sourceDropped,
  };
}

/** Kubernetes drops a data source that it does not know, and makes an empty volume (1.36). */
function sourceDropped(object: DataVolume | Claim): string | undefined {
  const source =
    object.kind === 'DataVolume'
      ? (object as DataVolume).spec.source?.pvc
      : (object as Claim).spec.dataSource;
  return source
    ? undefined
    : 'The cluster dropped the source of the clone, so the volume would be empty; nothing was left behind. An administrator can look which admission rule does that.';
}

/** The component's id for the Kubernetes plugin; by convention its name. */
export function kubernetesIdOf(
  entityRef: string | undefined,
  annotated: string | undefined,
): string | undefined {
  return annotated ?? entityRef?.split('/').at(-1);
}
