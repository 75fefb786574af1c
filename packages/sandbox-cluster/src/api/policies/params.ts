import type { AdmissionRequest } from '../admission/AdmissionRequest';
import type { Definitions } from '../definitions';
import { matchesLabels } from '../labelSelectors';
import type { Store } from '../store';
import { child, isObject, type KubeObject } from '../types';

/** Why a policy cannot be applied as it is set up. */
export class ConfigurationError extends Error {}

/**
 * The objects with which a policy is evaluated, one after another: those that
 * `paramRef` of the binding names or selects. `[undefined]` where the policy
 * has no parameters, nothing where missing ones are allowed.
 *
 * @throws ConfigurationError in the words of kube-apiserver 1.36
 */
export function paramsOf(options: {
  policy: KubeObject;
  binding: KubeObject;
  request: AdmissionRequest;
  store: Store;
  definitions: Definitions;
}): (KubeObject | undefined)[] {
  const { policy, binding, request, store, definitions } = options;
  const paramKind = policy.spec?.paramKind;
  if (!isObject(paramKind)) return [undefined];
  const { apiVersion, kind } = paramKind;
  const type = definitions.findKind(String(apiVersion), String(kind));
  if (!type) {
    throw new ConfigurationError(
      `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`,
    );
  }
  const paramRef = binding.spec?.paramRef;
  if (!isObject(paramRef)) return [undefined];
  const place = String(paramRef.namespace ?? request.namespace ?? '');
  if (type.namespaced && !place) {
    throw new ConfigurationError(
      'failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    );
  }
  const namespace = type.namespaced ? place : undefined;
  const collection = store.collection(type);
  const { name, selector } = paramRef;
  const found =
    typeof name === 'string' && name !== ''
      ? [collection.get(namespace ? `${namespace}/${name}` : name)]
      : collection
          .list(namespace)
          .filter(({ object }) =>
            matchesLabels(selector, object.metadata.labels ?? {}),
          );
  const params = found.flatMap(stored => (stored ? [stored.object] : []));
  const isDenied = child(paramRef, 'parameterNotFoundAction') !== 'Allow';
  if (params.length === 0 && isDenied) {
    throw new ConfigurationError(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
  }
  return params;
}
