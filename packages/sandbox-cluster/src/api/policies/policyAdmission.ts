import type {
  AdmissionPlugin,
  AdmissionRequest,
} from '../admission/AdmissionRequest';
import type { Definitions } from '../definitions';
import type { Authorizer } from '../rbac/Authorizer';
import { authenticated } from '../rbac/User';
import { apiVersionOf, type ResourceDefinition } from '../resources';
import { ApiError, forbidden, invalid, invalidValue } from '../statusErrors';
import type { Store } from '../store';
import type { KubeObject } from '../types';
import { CompiledPolicy, compileErrors, type Refusal } from './CompiledPolicy';
import { CelAuthorizer, policyEnvironment, toCel } from './environment';
import { isAbout } from './matching';
import { ConfigurationError, paramsOf } from './params';

const GROUP = 'admissionregistration.k8s.io';
const CODES: Record<string, number> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** Holds writes against ValidatingAdmissionPolicies and their bindings, as kube-apiserver 1.36 does. */
export function policyAdmission(
  store: Store,
  definitions: Definitions,
  authorizer: Authorizer,
): AdmissionPlugin {
  const policies = definitions.get(`validatingadmissionpolicies.${GROUP}`);
  const bindings = definitions.get(
    `validatingadmissionpolicybindings.${GROUP}`,
  );
  const namespaces = definitions.get('namespaces');
  const environment = policyEnvironment();
  const compiled = new WeakMap<KubeObject, CompiledPolicy>();

  const compile = (policy: KubeObject) => {
    let found = compiled.get(policy);
    if (!found) {
      found = new CompiledPolicy(policy, environment);
      compiled.set(policy, found);
    }
    return found;
  };

  const namespaceOf = ({ type, object, namespace }: AdmissionRequest) => {
    if (type === namespaces) return object;
    return store.collection(namespaces).get(namespace ?? '')?.object;
  };

  const refusalsOf = (
    policy: KubeObject,
    binding: KubeObject,
    request: AdmissionRequest,
  ): Refusal[] => {
    try {
      return paramsOf({ policy, binding, request, store, definitions }).flatMap(
        params =>
          compile(policy).refusals({
            ...scopeOf(request),
            params: toCel(params ?? null),
            namespaceObject: request.type.namespaced
              ? toCel(namespaceOf(request) ?? null)
              : null,
            authorizer: new CelAuthorizer(authorizer, request.user),
          }),
      );
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return policy.spec?.failurePolicy === 'Ignore'
        ? []
        : [{ reason: 'Invalid', message: error.message }];
    }
  };

  return {
    validate(request) {
      if (request.type.group === GROUP) {
        if (request.type === policies) checkExpressions(request, environment);
        return;
      }
      if (store.collection(bindings).size === 0) return;
      for (const { object: binding } of store.collection(bindings).list()) {
        const name = String(binding.spec?.policyName);
        const policy = store.collection(policies).get(name)?.object;
        const namespace = namespaceOf(request);
        if (
          !policy ||
          !isAbout(policy.spec?.matchConstraints, request, namespace) ||
          !isAbout(binding.spec?.matchResources, request, namespace)
        ) {
          continue;
        }
        act(request, binding, name, refusalsOf(policy, binding, request));
      }
    },
  };
}

/** Whether policies let a controller of this server delete an object. */
export function mayDeleteUnder(plugin: AdmissionPlugin) {
  return (
    type: ResourceDefinition,
    object: KubeObject,
    userName: string,
  ): boolean => {
    try {
      plugin.validate?.({
        operation: 'DELETE',
        type,
        namespace: object.metadata.namespace,
        name: object.metadata.name ?? '',
        object,
        isCollection: false,
        isDryRun: false,
        user: authenticated({ name: userName }),
        warnings: [],
        afterCommit: [],
      });
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  };
}

/** Refuses or warns, as the binding says; audit annotations go nowhere. */
function act(
  request: AdmissionRequest,
  binding: KubeObject,
  policyName: string,
  refusals: Refusal[],
) {
  const actions = binding.spec?.validationActions;
  const has = (action: string) =>
    Array.isArray(actions) && actions.includes(action);
  const title = `ValidatingAdmissionPolicy '${policyName}' with binding '${binding.metadata.name}'`;
  for (const { reason, message } of refusals) {
    if (has('Warn')) {
      request.warnings.push(`Validation failed for ${title}: ${message}`);
    }
    if (has('Deny')) {
      throw denied(request, reason, `${title} denied request: ${message}`);
    }
  }
}

function denied(request: AdmissionRequest, reason: string, message: string) {
  const name = request.isCollection ? 'Unknown' : request.name;
  const refusal = forbidden(request.type, name, message);
  return new ApiError({
    code: CODES[reason] ?? 422,
    reason,
    message: refusal.message,
    details: { ...refusal.details, causes: [{ message }] },
  });
}

function checkExpressions(
  { operation, object, type, name }: AdmissionRequest,
  environment: Parameters<typeof compileErrors>[1],
) {
  if (operation === 'DELETE') return;
  const errors = compileErrors(object, environment).map(
    ({ field, expression, message }) =>
      invalidValue(field, expression, message),
  );
  if (errors.length > 0) {
    throw invalid({ kind: type.kind, group: GROUP, name }, errors);
  }
}

function scopeOf(request: AdmissionRequest) {
  const { operation, type, object, previous, user, subresource } = request;
  const isDelete = operation === 'DELETE';
  const { group, version, kind, plural } = type;
  const asCel = (value: KubeObject | undefined) =>
    value ? toCel({ ...value, apiVersion: apiVersionOf(type), kind }) : null;
  return {
    object: isDelete ? null : asCel(object),
    oldObject: asCel(isDelete ? object : previous),
    request: toCel({
      operation,
      kind: { group, version, kind },
      resource: { group, version, resource: plural },
      subResource: subresource ?? '',
      requestKind: { group, version, kind },
      requestResource: { group, version, resource: plural },
      requestSubResource: subresource ?? '',
      name: request.isCollection ? '' : request.name,
      namespace: request.namespace ?? '',
      dryRun: request.isDryRun,
      userInfo: {
        username: user.name,
        uid: user.uid ?? '',
        groups: user.groups,
        extra: user.extra ?? {},
      },
    }),
  };
}
