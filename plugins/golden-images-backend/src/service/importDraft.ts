import type {
  Image,
  ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../auth';
import type { ClusterConfig } from '../config/types';
import {
  imageObjectName,
  importIdentity,
  importManifest,
  type Claim,
  type DataVolume,
} from '../manifests';
import { checksumUnknown } from './clusterErrors';
import type { NamespaceFacts } from './ClusterDirectory';
import type { CheckedImport } from './ImportChecks';
import type { CreateTarget } from './IdempotentCreate';
import type { WaitAgreement } from './waitAgreement';

/** What an import would make. */
export interface ImportDraft {
  target: CreateTarget;
  manifest: DataVolume;
  image: Image;
}

/** The object that an import makes, and what tells it from others. */
export function targetOf(
  request: ImportRequest,
  cluster: ClusterConfig,
  namespace: NamespaceFacts,
  dryRun: boolean,
): CreateTarget {
  return {
    cluster: cluster.name,
    kind: 'image',
    namespace: namespace.name,
    name: imageObjectName(request.name, request.version),
    identity: importIdentity(request, { namespace: namespace.name }),
    image: { name: request.name, version: request.version },
    replaceFailed: request.replaceFailed ?? false,
    dryRun,
    dropped: object => checksumDropped(request, object, cluster.name),
  };
}

/** The DataVolume of an import. */
export function manifestOf(
  request: ImportRequest,
  cluster: ClusterConfig,
  { namespace, identity }: CreateTarget,
  {
    caller,
    agreement,
    origin,
    sized,
  }: CheckedImport & { caller: Caller; agreement: WaitAgreement },
): DataVolume {
  return importManifest({
    request,
    origin,
    sized,
    namespace,
    storageClass: request.storageClass ?? cluster.storageClass,
    identity,
    provenance: {
      requestedBy: caller.userRef,
      taskId: request.taskId,
      ...agreement,
    },
  });
}

function checksumDropped(
  request: ImportRequest,
  object: DataVolume | Claim,
  cluster: string,
): string | undefined {
  if (request.source.http?.checksum === undefined) return undefined;
  const { http } = (object as DataVolume).spec.source ?? {};
  return http?.checksum === undefined ? checksumUnknown(cluster) : undefined;
}
