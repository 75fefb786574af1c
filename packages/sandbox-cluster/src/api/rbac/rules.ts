import { isObject, type KubeObject } from '../types';

/** `PolicyRule` of rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** What somebody wants to do: `authorizer.Attributes` of Kubernetes. */
export type Attributes =
  | {
      verb: string;
      group: string;
      resource: string;
      subresource?: string;
      namespace?: string;
      name?: string;
    }
  | { verb: string; path: string };

/** Whether a rule grants it, as `RuleAllows` of Kubernetes 1.36. */
export function allows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) {
    return (rule.nonResourceURLs ?? []).some(url =>
      url.endsWith('*')
        ? attributes.path.startsWith(url.slice(0, -1))
        : url === attributes.path,
    );
  }
  const { group, resource, subresource, name } = attributes;
  const full = subresource ? `${resource}/${subresource}` : resource;
  return (
    includes(rule.apiGroups, group) &&
    (includes(rule.resources, full) ||
      (subresource !== undefined &&
        (rule.resources ?? []).includes(`*/${subresource}`))) &&
    (!rule.resourceNames?.length ||
      (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** The rules of a Role or ClusterRole, as far as they are rules. */
export function rulesOf(role: KubeObject | undefined): PolicyRule[] {
  if (!Array.isArray(role?.rules)) return [];
  return role.rules.filter(isObject).map(rule => ({
    verbs: strings(rule.verbs) ?? [],
    apiGroups: strings(rule.apiGroups),
    resources: strings(rule.resources),
    resourceNames: strings(rule.resourceNames),
    nonResourceURLs: strings(rule.nonResourceURLs),
  }));
}

function includes(list: string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(wanted));
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
