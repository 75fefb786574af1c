import { NotAllowedError } from '@backstage/errors';
import type { Problem } from '@golden-images/plugin-golden-images-common';
import { owns, type Person } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { NamespaceFacts } from './ClusterDirectory';
import { ProblemsError } from './Problems';

/**
 * @throws NotAllowedError when the namespace is not the caller's; InputError
 *   when there is none of that name
 */
export function requireOwner(
  caller: Person,
  cluster: ClusterConfig,
  namespace: NamespaceFacts,
): void {
  if (owns(caller, namespace.owner)) return;
  if (namespace.exists === false) {
    throw new ProblemsError([missingNamespace(namespace, cluster)]);
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
export function namespaceProblem(
  namespace: NamespaceFacts,
  cluster: ClusterConfig,
): Problem | undefined {
  if (namespace.exists === false) return missingNamespace(namespace, cluster);
  return namespace.terminating
    ? {
        field: 'namespace',
        code: 'namespace-terminating',
        message: `"${namespace.name}" is being deleted`,
        remedy: 'choose another one',
      }
    : undefined;
}

function missingNamespace(
  namespace: NamespaceFacts,
  cluster: ClusterConfig,
): Problem {
  return {
    field: 'namespace',
    code: 'namespace-missing',
    message: `"${namespace.name}" does not exist in cluster "${cluster.name}"`,
    remedy: 'choose one of your own',
  };
}
