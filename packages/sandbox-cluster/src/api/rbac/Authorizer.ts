import type { Definitions } from '../definitions';
import type { ResourceDefinition } from '../resources';
import type { Store } from '../store';
import { child, isObject, type KubeObject } from '../types';
import { allows, rulesOf, type Attributes, type PolicyRule } from './rules';
import { isMaster, serviceAccountOf, type User } from './User';

const GROUP = 'rbac.authorization.k8s.io';

export interface Decision {
  allowed: boolean;
  /** Why it is allowed, as Kubernetes words it; empty when nobody knows. */
  reason: string;
}

/** Grants of one binding to one user. */
interface Grant {
  rules: PolicyRule[];
  reason: string;
}

/** Answers who may do what from the stored Roles and bindings, as the RBAC authorizer of Kubernetes 1.36. */
export class Authorizer {
  readonly #store: Store;
  readonly #types: Record<
    'roles' | 'clusterRoles' | 'roleBindings' | 'clusterRoleBindings',
    ResourceDefinition
  >;

  constructor(store: Store, definitions: Definitions) {
    this.#store = store;
    this.#types = {
      roles: definitions.get(`roles.${GROUP}`),
      clusterRoles: definitions.get(`clusterroles.${GROUP}`),
      roleBindings: definitions.get(`rolebindings.${GROUP}`),
      clusterRoleBindings: definitions.get(`clusterrolebindings.${GROUP}`),
    };
  }

  authorize(user: User, attributes: Attributes): Decision {
    if (isMaster(user)) return { allowed: true, reason: '' };
    const namespace = 'path' in attributes ? undefined : attributes.namespace;
    for (const grant of this.#grants(user, namespace)) {
      if (grant.rules.some(rule => allows(rule, attributes))) {
        return { allowed: true, reason: grant.reason };
      }
    }
    return { allowed: false, reason: '' };
  }

  /** Everything that bindings grant, cluster-wide and in one namespace. */
  rulesFor(user: User, namespace?: string): PolicyRule[] {
    const own = isMaster(user)
      ? [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ]
      : [];
    return [
      ...own,
      ...[...this.#grants(user, namespace)].flatMap(({ rules }) => rules),
    ];
  }

  /** The rules of the role that a binding names; none when there is no such role. */
  rulesOfReference(binding: KubeObject): PolicyRule[] {
    const { roleRef } = binding;
    const name = String(child(roleRef, 'name') ?? '');
    const isRole = child(roleRef, 'kind') === 'Role';
    const { namespace = '' } = binding.metadata;
    const stored = isRole
      ? this.#store.collection(this.#types.roles).get(`${namespace}/${name}`)
      : this.#store.collection(this.#types.clusterRoles).get(name);
    return rulesOf(stored?.object);
  }

  *#grants(user: User, namespace?: string): Generator<Grant> {
    const { clusterRoleBindings, roleBindings } = this.#types;
    for (const { object } of this.#store
      .collection(clusterRoleBindings)
      .list()) {
      yield* this.#grant(object, user);
    }
    if (!namespace) return;
    for (const { object } of this.#store
      .collection(roleBindings)
      .list(namespace)) {
      yield* this.#grant(object, user);
    }
  }

  *#grant(binding: KubeObject, user: User): Generator<Grant> {
    const { name, namespace } = binding.metadata;
    const subject = subjectOf(binding, user);
    if (!subject) return;
    const { roleRef } = binding;
    const shown = namespace
      ? `RoleBinding "${name}/${namespace}"`
      : `ClusterRoleBinding "${name}"`;
    yield {
      rules: this.rulesOfReference(binding),
      reason: `RBAC: allowed by ${shown} of ${child(roleRef, 'kind')} "${child(
        roleRef,
        'name',
      )}" to ${subject}`,
    };
  }
}

/** Which subject of a binding a user is, as it is shown in reasons. */
function subjectOf(binding: KubeObject, user: User): string | undefined {
  const subjects = Array.isArray(binding.subjects) ? binding.subjects : [];
  for (const subject of subjects.filter(isObject)) {
    const name = String(subject.name);
    switch (subject.kind) {
      case 'User':
        if (name === user.name) return `User "${name}"`;
        break;
      case 'Group':
        if (user.groups.includes(name)) return `Group "${name}"`;
        break;
      case 'ServiceAccount': {
        const account = serviceAccountOf(user.name);
        const namespace = subject.namespace ?? binding.metadata.namespace;
        if (account?.name === name && account.namespace === namespace) {
          return `ServiceAccount "${name}/${namespace}"`;
        }
        break;
      }
      default:
    }
  }
  return undefined;
}
