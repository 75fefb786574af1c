import type {
  AdmissionPlugin,
  AdmissionRequest,
} from '../admission/AdmissionRequest';
import { forbidden } from '../statusErrors';
import type { Authorizer } from './Authorizer';
import { allows, rulesOf, type Attributes, type PolicyRule } from './rules';
import { isMaster, type User } from './User';

const GROUP = 'rbac.authorization.k8s.io';

/** Nobody may hand out by a Role or a binding what he does not have, unless he holds `escalate` or `bind`. */
export function escalationCheck(authorizer: Authorizer): AdmissionPlugin {
  return {
    validate(request) {
      const { type, operation, user } = request;
      if (type.group !== GROUP || operation === 'DELETE') return;
      if (isMaster(user)) return;
      const granted = grantedBy(request, authorizer);
      if (!granted) return;
      const held = authorizer.rulesFor(user, request.namespace);
      const missing = granted
        .flatMap(atoms)
        .filter(atom => !held.some(rule => covers(rule, atom)));
      if (missing.length === 0) return;
      throw forbidden(
        type,
        request.name,
        `user ${JSON.stringify(user.name)} (groups=[${user.groups
          .map(group => JSON.stringify(group))
          .join(
            ' ',
          )}]) is attempting to grant RBAC permissions not currently held:\n${missing
          .map(showRule)
          .sort()
          .join('\n')}`,
      );
    },
  };
}

/** What a write grants beyond what its author may hand out anyway. */
function grantedBy(
  { type, object, user, namespace, name }: AdmissionRequest,
  authorizer: Authorizer,
): PolicyRule[] | undefined {
  const isBinding = type.plural.endsWith('bindings');
  const reference = object.roleRef as { kind?: string; name?: string };
  const may = (verb: string, resource: string, target?: string) =>
    isAllowed(authorizer, user, {
      verb,
      group: GROUP,
      resource,
      namespace,
      name: target,
    });
  if (!isBinding) {
    return may('escalate', type.plural, name) ? undefined : rulesOf(object);
  }
  const roles = reference?.kind === 'Role' ? 'roles' : 'clusterroles';
  return may('bind', roles, reference?.name)
    ? undefined
    : authorizer.rulesOfReference(object);
}

function isAllowed(authorizer: Authorizer, user: User, wanted: Attributes) {
  return authorizer.authorize(user, wanted).allowed;
}

/** A rule in parts of one verb on one resource each. */
function atoms(rule: PolicyRule): PolicyRule[] {
  return rule.verbs.flatMap(verb => {
    const urls = (rule.nonResourceURLs ?? []).map(url => ({
      verbs: [verb],
      nonResourceURLs: [url],
    }));
    const names = rule.resourceNames?.length
      ? rule.resourceNames.map(name => [name])
      : [undefined];
    const resources = (rule.apiGroups ?? []).flatMap(group =>
      (rule.resources ?? []).flatMap(resource =>
        names.map(resourceNames => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(resourceNames ? { resourceNames } : {}),
        })),
      ),
    );
    return [...urls, ...resources];
  });
}

/** Whether a rule grants all of a part; a wildcard is granted by the same wildcard alone. */
function covers(rule: PolicyRule, atom: PolicyRule): boolean {
  const [verb] = atom.verbs;
  if (atom.nonResourceURLs) {
    return allows(rule, { verb, path: atom.nonResourceURLs[0] });
  }
  const [resource, subresource] = (atom.resources?.[0] ?? '').split('/');
  return allows(rule, {
    verb,
    group: atom.apiGroups?.[0] ?? '',
    resource,
    subresource,
    name: atom.resourceNames?.[0],
  });
}

function showRule(rule: PolicyRule): string {
  const list = (values: string[] = []) =>
    `[${values.map(value => JSON.stringify(value)).join(' ')}]`;
  if (rule.nonResourceURLs) {
    return `{NonResourceURLs:${list(rule.nonResourceURLs)}, Verbs:${list(
      rule.verbs,
    )}}`;
  }
  const names = rule.resourceNames
    ? `ResourceNames:${list(rule.resourceNames)}, `
    : '';
  return `{APIGroups:${list(rule.apiGroups)}, Resources:${list(
    rule.resources,
  )}, ${names}Verbs:${list(rule.verbs)}}`;
}
