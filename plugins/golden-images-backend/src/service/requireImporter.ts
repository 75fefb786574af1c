import { NotAllowedError } from '@backstage/errors';
import { owns, type Caller } from '../auth';
import type { ClusterConfig } from '../config/types';
import type { NamespaceFacts } from './ClusterDirectory';

/** @throws NotAllowedError unless the caller owns the image namespace, or administers */
export function requireImporter(
  caller: Caller,
  cluster: ClusterConfig,
  namespace: NamespaceFacts,
): void {
  if (owns(caller, namespace.owner)) return;
  throw new NotAllowedError(
    `${caller.userRef} may not import into namespace "${
      namespace.name
    }" of cluster "${cluster.name}": ${
      namespace.owner
        ? `only its owner ${namespace.owner} and administrators may`
        : 'it has no owner, so only administrators may'
    }`,
  );
}
