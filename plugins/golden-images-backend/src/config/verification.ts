import type { ClusterConfig } from './types';

/** Whether images in this namespace must have verified bytes to be imported, current or cloned. */
export function demandsVerification(
  { requireVerified = false, namespaces }: ClusterConfig,
  namespace: string,
): boolean {
  const own = namespaces.find(({ name }) => name === namespace);
  return own?.requireVerified ?? requireVerified;
}
