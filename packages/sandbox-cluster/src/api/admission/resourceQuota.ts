import type { Definitions } from '../definitions';
import { Quantity } from '../quantity';
import { resourceKey, type ResourceDefinition } from '../resources';
import { forbidden } from '../statusErrors';
import type { Store, StoredObject } from '../store';
import { child, isObject, type KubeObject } from '../types';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionRequest';

/** Amounts by the name of what is counted, such as `requests.storage`. */
export type Usage = Map<string, Quantity>;

/** What one object uses of the things that a quota can limit. */
export function usageOf(type: ResourceDefinition, object: KubeObject): Usage {
  const usage: Usage = new Map();
  const one = Quantity.ofBytes(1n, 'decimal');
  usage.set(`count/${resourceKey(type.group, type.plural)}`, one);
  if (type.group) return usage;
  usage.set(type.plural, one);
  if (type.kind !== 'PersistentVolumeClaim') return usage;
  const size =
    Quantity.parse(child(object, 'spec', 'resources', 'requests', 'storage')) ??
    Quantity.zero();
  usage.set('requests.storage', size);
  const className =
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
    object.spec?.storageClassName;
  if (className) {
    const prefix = `${className}.storageclass.storage.k8s.io`;
    usage.set(`${prefix}/requests.storage`, size);
    usage.set(`${prefix}/persistentvolumeclaims`, one);
  }
  return usage;
}

/** `ResourceQuota`: a write that would exceed a quota of its namespace is refused; what is used is booked at once. */
export function quotaAdmission(
  store: Store,
  definitions: Definitions,
): AdmissionPlugin {
  const quotas = definitions.get('resourcequotas');
  return {
    validate(request) {
      const { operation, type, namespace, subresource } = request;
      if (operation === 'DELETE' || subresource || type === quotas) return;
      if (!namespace || !store.collection(quotas).size) return;
      const requested = addedBy(request);
      if (requested.size === 0) return;
      for (const quota of store.collection(quotas).list(namespace)) {
        const booked = check(quota, requested, request);
        if (booked) {
          request.afterCommit.push(() =>
            book(store, quotas, quota.key, booked),
          );
        }
      }
    },
  };
}

/** What a create uses, or how much more an update uses. */
function addedBy({
  operation,
  type,
  object,
  previous,
}: AdmissionRequest): Usage {
  const usage = usageOf(type, object);
  if (operation === 'CREATE' || !previous) return usage;
  const before = usageOf(type, previous);
  const added: Usage = new Map();
  for (const [name, amount] of usage) {
    const difference = amount.minus(before.get(name) ?? Quantity.zero());
    if (difference.isPositive) added.set(name, difference);
  }
  return added;
}

/** What the quota will have used; `undefined` when it does not limit this write. */
function check(
  quota: StoredObject,
  requested: Usage,
  { type, name }: AdmissionRequest,
): Usage | undefined {
  const hard = child(quota.object, 'status', 'hard');
  const used = child(quota.object, 'status', 'used');
  if (!isObject(hard)) return undefined;
  const booked: Usage = new Map();
  const exceeded: string[] = [];
  for (const resource of Object.keys(hard).sort()) {
    const amount = requested.get(resource);
    if (!amount) continue;
    const before = Quantity.parse(child(used, resource)) ?? Quantity.zero();
    const after = before.plus(amount);
    const limit = Quantity.parse(hard[resource]);
    if (limit && after.compare(limit) > 0) exceeded.push(resource);
    booked.set(resource, after);
  }
  if (exceeded.length === 0) return booked.size > 0 ? booked : undefined;
  const show = (value: (resource: string) => unknown) =>
    exceeded.map(resource => `${resource}=${value(resource)}`).join(',');
  throw forbidden(
    type,
    name,
    `exceeded quota: ${quota.object.metadata.name}, requested: ${show(
      resource => requested.get(resource),
    )}, used: ${show(
      resource => child(used, resource) ?? '0',
    )}, limited: ${show(resource => hard[resource])}`,
  );
}

function book(
  store: Store,
  quotas: ResourceDefinition,
  key: string,
  booked: Usage,
) {
  const stored = store.collection(quotas).get(key);
  if (!stored) return;
  const quota = stored.clone();
  const status = (quota.status ??= {});
  const used = isObject(status.used) ? status.used : {};
  for (const [name, amount] of booked) used[name] = amount.toString();
  status.used = used;
  store.put(quotas, quota);
}
