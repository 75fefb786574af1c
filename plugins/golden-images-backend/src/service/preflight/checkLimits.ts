import {
  Quantity,
  type NamespaceQuota,
  type NamespaceUse,
  type Problem,
  type QuotaLeft,
} from '@golden-images/plugin-golden-images-common';
import type { ClaimLimit, NamespaceLimits, QuotaFacts } from './facts';
import type { Need } from './needs';

const PER_CLASS = /^(.+)\.storageclass\.storage\.k8s\.io\/(.+)$/;
const DATA_VOLUMES = 'count/datavolumes.cdi.kubevirt.io';

/** What is left of quotas, for the resources that images and clones take. */
export function quotaLeft(limits: NamespaceLimits['quotas']): NamespaceQuota {
  if (!limits.known) return { known: false, left: [] };
  return { known: true, left: limits.value.flatMap(leftOf) };
}

function leftOf(quota: QuotaFacts): QuotaLeft[] {
  // What a scoped quota counts is not decided here; the cluster will say so.
  if (quota.scoped) return [];
  return Object.entries(quota.hard).flatMap(([resource, amount]) => {
    const unit = unitOf(resource);
    const hard = Quantity.tryParse(amount);
    if (!unit || !hard) return [];
    const used = Quantity.tryParse(quota.used[resource] ?? '0');
    return [
      {
        quota: quota.name,
        resource,
        unit,
        hard: hard.bytes,
        used: used?.bytes ?? 0,
        left: Math.max(0, hard.bytes - (used?.bytes ?? 0)),
      },
    ];
  });
}

function unitOf(resource: string): QuotaLeft['unit'] | undefined {
  const name = PER_CLASS.exec(resource)?.[2] ?? resource;
  if (name === 'requests.storage') return 'bytes';
  return name === 'persistentvolumeclaims' ||
    resource === 'count/persistentvolumeclaims' ||
    resource === DATA_VOLUMES
    ? 'objects'
    : undefined;
}

/** How much of one resource a write takes while it runs. */
export function wantedOf(resource: string, need: Need): number {
  const perClass = PER_CLASS.exec(resource);
  const name = perClass?.[2] ?? resource;
  if (name === DATA_VOLUMES) return need.dataVolumes;
  const claims = need.claims.filter(
    claim => !perClass || claim.storageClass === perClass[1],
  );
  return name === 'requests.storage'
    ? claims.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    : claims.length;
}

/** What is too much for the quotas of a namespace. */
export function quotaProblems(
  need: Need,
  quota: NamespaceQuota,
  field: string,
): Problem[] {
  return quota.left.flatMap(item => {
    const wanted = wantedOf(item.resource, need);
    if (wanted <= item.left) return [];
    const inWords = (amount: number) =>
      item.unit === 'bytes'
        ? Quantity.ofBytes(amount).toString()
        : String(amount);
    const storage = item.unit === 'bytes';
    const claims = `${need.claims.length} claim${
      need.claims.length === 1 ? '' : 's'
    } at once`;
    return [
      {
        field,
        code: storage ? ('quota' as const) : ('object-count' as const),
        message: `quota "${item.quota}" of ${need.namespace}, ${
          item.resource
        }: ${inWords(wanted)} wanted at peak (${claims}), ${inWords(
          item.left,
        )} left`,
        remedy: `free space in ${need.namespace}, or ask for a larger quota`,
      },
    ];
  });
}

/** Each claim is held against the limits by itself, CDI's own too. */
export function limitProblems(need: Need, limits: ClaimLimit[]): Problem[] {
  const sizes = Array.from(new Set(need.claims.map(claim => claim.sizeBytes)));
  return limits.flatMap(limit => {
    const min = Quantity.tryParse(limit.min);
    const max = Quantity.tryParse(limit.max);
    return sizes.flatMap(sizeBytes => {
      const size = Quantity.ofBytes(sizeBytes);
      const small = min && size.compare(min) < 0;
      const large = max && size.compare(max) > 0;
      if (!small && !large) return [];
      return [
        {
          field: 'size',
          code: 'limit-range' as const,
          message: `a claim in ${need.namespace} may have ${
            small ? `no less than ${min}` : `no more than ${max}`
          } (LimitRange "${limit.name}"), and this needs one of ${size}`,
          remedy:
            need.role === 'target'
              ? 'ask for a size within the limit'
              : `ask whoever runs ${need.namespace} for another limit`,
        },
      ];
    });
  });
}

export function useOf(need: Need, quota: NamespaceQuota): NamespaceUse {
  return {
    namespace: need.namespace,
    role: need.role,
    peakClaims: need.claims.length,
    peakBytes: need.claims.reduce((sum, claim) => sum + claim.sizeBytes, 0),
    quota,
  };
}
