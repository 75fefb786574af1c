import type { AdmissionRequest } from '../admission/AdmissionRequest';
import { matchesLabels } from '../labelSelectors';
import { child, isObject, type Json, type KubeObject } from '../types';

/**
 * Whether a policy or binding is about a request: `matchConstraints` and
 * `matchResources` of admissionregistration.k8s.io/v1. The selector of objects
 * is held against the old and the new one.
 */
export function isAbout(
  constraints: unknown,
  request: AdmissionRequest,
  namespace: KubeObject | undefined,
): boolean {
  if (!isObject(constraints)) return true;
  const rules = listOf(constraints.resourceRules);
  if (constraints.resourceRules !== undefined) {
    if (!rules.some(rule => isNamed(rule, request))) return false;
  }
  const excluded = listOf(constraints.excludeResourceRules);
  if (excluded.some(rule => isNamed(rule, request))) return false;
  if (
    namespace &&
    !matchesLabels(
      constraints.namespaceSelector,
      namespace.metadata.labels ?? {},
    )
  ) {
    return false;
  }
  return [request.object, request.previous].some(
    object =>
      object &&
      matchesLabels(constraints.objectSelector, object.metadata.labels ?? {}),
  );
}

function isNamed(rule: Json, request: AdmissionRequest): boolean {
  const { type, operation, subresource, name } = request;
  const has = (field: string, wanted: string) => {
    const values = child(rule, field);
    return (
      Array.isArray(values) && (values.includes('*') || values.includes(wanted))
    );
  };
  const names = rule.resourceNames;
  const scope = rule.scope ?? '*';
  return (
    has('operations', operation) &&
    has('apiGroups', type.group) &&
    has('apiVersions', type.version) &&
    (scope === '*' || (scope === 'Namespaced') === type.namespaced) &&
    hasResource(rule.resources, type.plural, subresource) &&
    (!Array.isArray(names) || names.length === 0 || names.includes(name))
  );
}

/** `pods` is not `pods/status`; `*` on either side of the slash is everything there. */
function hasResource(
  resources: unknown,
  plural: string,
  subresource: string | undefined,
): boolean {
  return (Array.isArray(resources) ? resources.map(String) : []).some(
    listed => {
      const [resource, below] = listed.split('/');
      if (resource !== '*' && resource !== plural) return false;
      return below === '*' || below === subresource;
    },
  );
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
