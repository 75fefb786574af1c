import { InputError, NotAllowedError } from '@backstage/errors';
import { owns, type Caller } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { NamespaceFacts } from './ClusterDirectory';
import { Problems } from './Problems';

/**
 * @throws NotAllowedError when the namespace is not the caller's; InputError
 *   when there is none of that name
 */
export function requireOwner(
  caller: Caller,
  cluster: ClusterConfig,
  namespace: NamespaceFacts,
): void {
  if (owns(caller, namespace.owner)) return;
  if (namespace.exists === false) {
    throw new InputError(missingNamespace(namespace, cluster));
  }
  throw new NotAllowedError(
    `namespace: "${namespace.name}" in cluster "${cluster.name}" ${
      namespace.owner
        ? `belongs to ${namespace.owner}, not to ${caller.userRef}; choose a namespace of your own`
        : 'has no owner, so only administrators may clone into it; an administrator can set one'
    }`,
  );
}

/** What is wrong with a namespace of the caller's. */
export function namespaceProblems(
  namespace: NamespaceFacts,
  cluster: ClusterConfig,
): Problems {
  const problems = new Problems();
  if (namespace.exists === false) {
    problems.add(missingNamespace(namespace, cluster));
  } else if (namespace.terminating) {
    problems.add(
      `namespace: "${namespace.name}" is being deleted; choose another one`,
    );
  }
  return problems;
}

function missingNamespace(
  namespace: NamespaceFacts,
  cluster: ClusterConfig,
): string {
  return `namespace: "${namespace.name}" does not exist in cluster "${cluster.name}"; choose one of your own`;
}
