import {
  validateClaim,
  validateClaimUpdate,
  claimWarnings,
} from '../validation/claims';
import { child, isObject, type Json, type KubeObject } from '../types';
import type { Strategy } from './Strategy';

/** PersistentVolumeClaims, with the feature gate CrossNamespaceVolumeDataSource off (Kubernetes 1.36). */
export const claimStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  prepareCreate(claim) {
    claim.status = { phase: 'Pending' };
    const spec = (claim.spec ??= {});
    normaliseSources(spec);
    spec.volumeMode ??= 'Filesystem';
    spec.resources ??= {};
  },
  validateCreate(claim, { warnings }) {
    warnings.push(...claimWarnings(claim));
    return validateClaim(claim);
  },
  prepareUpdate(claim, previous) {
    claim.status = previous.status;
    const spec = (claim.spec ??= {});
    normaliseSources(spec, previous);
    spec.volumeMode ??= 'Filesystem';
  },
  validateUpdate(claim, previous, { warnings }) {
    warnings.push(...claimWarnings(claim));
    return [...validateClaim(claim), ...validateClaimUpdate(claim, previous)];
  },
};

/** A source of an unknown kind, or in another namespace, is dropped without a word; the two fields are made equal. */
function normaliseSources(spec: Json, previous?: KubeObject) {
  const hadSource = child(previous, 'spec', 'dataSource') !== undefined;
  const hadNamespace =
    child(previous, 'spec', 'dataSourceRef', 'namespace') !== undefined;
  if (child(spec.dataSourceRef, 'namespace') && !hadNamespace) {
    delete spec.dataSourceRef;
  }
  if (!hadSource && !isClaimOrSnapshot(spec.dataSource)) {
    delete spec.dataSource;
  }
  if (isObject(spec.dataSource) && !isObject(spec.dataSourceRef)) {
    spec.dataSourceRef = { ...spec.dataSource };
  } else if (
    isObject(spec.dataSourceRef) &&
    !isObject(spec.dataSource) &&
    !spec.dataSourceRef.namespace
  ) {
    spec.dataSource = { ...spec.dataSourceRef };
  }
  for (const field of ['dataSource', 'dataSourceRef']) {
    const source = spec[field];
    if (isObject(source)) {
      spec[field] = {
        apiGroup: source.apiGroup ?? null,
        kind: source.kind ?? '',
        name: source.name ?? '',
        ...(source.namespace ? { namespace: source.namespace } : {}),
      };
    } else delete spec[field];
  }
}

function isClaimOrSnapshot(source: unknown): boolean {
  if (!isObject(source)) return false;
  const group = source.apiGroup ?? '';
  return (
    (source.kind === 'PersistentVolumeClaim' && group === '') ||
    (source.kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io')
  );
}
