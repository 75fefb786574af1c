import { isDeepStrictEqual } from 'node:util';
import type { Definitions } from '../definitions';
import { matchesLabels } from '../labelSelectors';
import type { Store } from '../store';
import { child, type KubeObject } from '../types';

/**
 * Fills ClusterRoles that have an `aggregationRule` with the rules of those it
 * selects, at once, where kube-controller-manager does it a moment later.
 */
export function aggregateRoles(store: Store, definitions: Definitions) {
  const roles = definitions.get('clusterroles.rbac.authorization.k8s.io');
  const fill = ({ key, object }: { key: string; object: KubeObject }) => {
    const selectors = child(object, 'aggregationRule', 'clusterRoleSelectors');
    if (!Array.isArray(selectors)) return;
    const rules = store
      .collection(roles)
      .list()
      .filter(
        other =>
          other.key !== key &&
          selectors.some(selector =>
            matchesLabels(selector, other.object.metadata.labels ?? {}),
          ),
      )
      .flatMap(({ object: { rules: found } }) =>
        Array.isArray(found) ? found : [],
      )
      .filter(
        (rule, index, all) =>
          all.findIndex(other => isDeepStrictEqual(other, rule)) === index,
      );
    if (isDeepStrictEqual(object.rules ?? [], rules)) return;
    const current = store.collection(roles).get(key);
    if (current) store.put(roles, { ...current.clone(), rules });
  };
  store.onCommit(({ type }, event) => {
    if (type !== roles) return;
    const isMetadataOnly =
      event.previous !== undefined &&
      event.type === 'MODIFIED' &&
      isDeepStrictEqual(
        [event.previous.object.rules, event.previous.object.metadata.labels],
        [event.stored.object.rules, event.stored.object.metadata.labels],
      ) &&
      isDeepStrictEqual(
        event.previous.object.aggregationRule,
        event.stored.object.aggregationRule,
      );
    if (!isMetadataOnly) store.collection(roles).list().forEach(fill);
  });
}
