import type { Definitions } from '../definitions';
import { forbidden, notFound } from '../statusErrors';
import type { Store } from '../store';
import type { AdmissionPlugin } from './AdmissionRequest';

const IMMORTAL = ['default', 'kube-system', 'kube-public'];

/** `NamespaceLifecycle`: nothing is made in a namespace that is not there, or that is going. */
export function namespaceLifecycle(
  store: Store,
  definitions: Definitions,
): AdmissionPlugin {
  const namespaces = definitions.get('namespaces');
  return {
    mutate({ operation, type, namespace, name }) {
      if (!type.namespaced || operation !== 'CREATE' || !namespace) return;
      const found = store.collection(namespaces).get(namespace);
      if (!found) throw notFound(namespaces, namespace);
      if (found.object.metadata.deletionTimestamp) {
        throw forbidden(
          type,
          name,
          `unable to create new content in namespace ${namespace} because it is being terminated`,
          [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        );
      }
    },
    validate({ operation, type, name }) {
      if (operation !== 'DELETE' || type !== namespaces) return;
      if (IMMORTAL.includes(name)) {
        throw forbidden(type, name, 'this namespace may not be deleted');
      }
    },
  };
}
