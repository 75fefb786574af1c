import type { Authorizer } from '../rbac/Authorizer';
import type { User } from '../rbac/User';

/** The claim or snapshot that a DataVolume is to be a copy of. */
export interface CopySource {
  kind: 'pvc' | 'snapshot';
  namespace?: string;
  name: string;
}

/**
 * Whether CDI's webhook lets somebody copy from another namespace: who may
 * create `datavolumes/source` there, or what a copy by hand would take. That is
 * a Pod for a claim (recorded with CDI 1.66), and a claim too for a snapshot
 * (from source, not recorded: CDI 1.66, authorize_utils.go).
 */
export function mayCopyFrom(
  authorizer: Authorizer,
  user: User,
  source: CopySource,
  targetNamespace: string,
): boolean {
  const { namespace = targetNamespace } = source;
  if (namespace === targetNamespace) return true;
  const may = (group: string, resource: string, subresource?: string) =>
    authorizer.authorize(user, {
      verb: 'create',
      group,
      resource,
      subresource,
      namespace,
    }).allowed;
  if (may('cdi.kubevirt.io', 'datavolumes', 'source')) return true;
  if (!may('', 'pods')) return false;
  return source.kind === 'pvc' || may('', 'persistentvolumeclaims');
}
