import type { KubernetesObject } from '../../kubernetes/ClusterClient';
import type { ClaimLimit, QuotaFacts, SourceVolumeFacts } from './facts';

function child(object: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, field) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[field]
        : undefined,
    object,
  );
}

/** A non-empty string somewhere in an object. */
export function text(object: unknown, ...path: string[]): string | undefined {
  const value = child(object, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Amounts are strings, or numbers where they were written so. */
function amounts(object: unknown, ...path: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(child(object, ...path) ?? {}).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
}

export function quotaOf(object: KubernetesObject): QuotaFacts {
  const scopes = child(object, 'spec', 'scopes');
  const status = amounts(object, 'status', 'hard');
  return {
    name: object.metadata.name,
    scoped:
      (Array.isArray(scopes) && scopes.length > 0) ||
      child(object, 'spec', 'scopeSelector') !== undefined,
    // A quota that was just made has no status yet.
    hard:
      Object.keys(status).length > 0 ? status : amounts(object, 'spec', 'hard'),
    used: amounts(object, 'status', 'used'),
  };
}

export function claimLimitsOf(object: KubernetesObject): ClaimLimit[] {
  const limits = child(object, 'spec', 'limits');
  return (Array.isArray(limits) ? limits : [])
    .filter(limit => text(limit, 'type') === 'PersistentVolumeClaim')
    .map(limit => ({
      name: object.metadata.name,
      min: amounts(limit, 'min').storage,
      max: amounts(limit, 'max').storage,
    }));
}

/** @param object - a Volume of `longhorn.io/v1beta2` */
export function sourceVolumeOf(
  object: KubernetesObject | undefined,
): SourceVolumeFacts {
  const size = Number(text(object, 'spec', 'size'));
  const max = Number(child(object, 'spec', 'snapshotMaxCount'));
  const encrypted = child(object, 'spec', 'encrypted');
  const workloads = child(
    object,
    'status',
    'kubernetesStatus',
    'workloadsStatus',
  );
  return {
    sizeBytes: size > 0 ? size : undefined,
    dataEngine: text(object, 'spec', 'dataEngine'),
    encrypted: typeof encrypted === 'boolean' ? encrypted : undefined,
    // 0 means that the setting counts (Longhorn 1.12).
    snapshotMaxCount: max > 0 ? max : undefined,
    usedBy: (Array.isArray(workloads) ? workloads : [])
      .map(workload => text(workload, 'podName'))
      .filter(name => name !== undefined),
  };
}
