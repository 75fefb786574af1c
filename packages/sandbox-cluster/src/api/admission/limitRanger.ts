import type { Definitions } from '../definitions';
import { Quantity } from '../quantity';
import { forbidden } from '../statusErrors';
import type { Store } from '../store';
import { child, isObject } from '../types';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionRequest';

/** `LimitRanger`, for PersistentVolumeClaims. */
export function limitRanger(
  store: Store,
  definitions: Definitions,
): AdmissionPlugin {
  const claims = definitions.get('persistentvolumeclaims');
  const ranges = definitions.get('limitranges');
  const check = (request: AdmissionRequest) => {
    const { operation, type, object, namespace, name, subresource } = request;
    if (type !== claims || operation === 'DELETE' || subresource) return;
    if (!store.collection(ranges).size) return;
    const wanted = Quantity.parse(
      child(object, 'spec', 'resources', 'requests', 'storage'),
    );
    if (!wanted) return;
    for (const range of store.collection(ranges).list(namespace)) {
      for (const limit of claimLimits(range.object.spec?.limits)) {
        const max = Quantity.parse(child(limit, 'max', 'storage'));
        const min = Quantity.parse(child(limit, 'min', 'storage'));
        if (min && wanted.compare(min) < 0) {
          throw forbidden(
            type,
            name,
            `minimum storage usage per PersistentVolumeClaim is ${min}, but request is ${wanted}`,
          );
        }
        if (max && wanted.compare(max) > 0) {
          throw forbidden(
            type,
            name,
            `maximum storage usage per PersistentVolumeClaim is ${max}, but request is ${wanted}`,
          );
        }
      }
    }
  };
  return { mutate: check, validate: check };
}

function claimLimits(limits: unknown) {
  return Array.isArray(limits)
    ? limits
        .filter(isObject)
        .filter(limit => limit.type === 'PersistentVolumeClaim')
    : [];
}
