import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { ClusterConfig } from '../config/types';

/**
 * The owner of a namespace: configuration wins over the annotation
 * `golden-images.backstage.io/owner`. An annotation that is not an entity ref
 * makes nobody the owner.
 */
export function namespaceOwner(
  cluster: Pick<ClusterConfig, 'namespaces'>,
  namespace: { name: string; annotatedOwner?: string },
): string | undefined {
  const configured = cluster.namespaces.find(n => n.name === namespace.name);
  return configured?.owner ?? readRef(namespace.annotatedOwner);
}

function readRef(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return stringifyEntityRef(parseEntityRef(text));
  } catch {
    return undefined;
  }
}
