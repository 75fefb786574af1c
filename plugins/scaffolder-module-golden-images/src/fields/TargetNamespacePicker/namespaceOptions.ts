import { parseEntityRef } from '@backstage/catalog-model';
import {
  bytesInWords,
  type NamespaceInfo,
} from '@golden-images/plugin-golden-images-common';
import type { FieldOption } from '../OptionField';

/** One option per name: what is emitted says nothing of the cluster. */
export function namespaceOptions(namespaces: NamespaceInfo[]): FieldOption[] {
  const manyClusters = new Set(namespaces.map(n => n.cluster)).size > 1;
  const names = Array.from(new Set(namespaces.map(n => n.name))).sort();
  return names.map(name => {
    const all = namespaces.filter(namespace => namespace.name === name);
    const owners = Array.from(new Set(all.map(ownerInWords)));
    return {
      value: name,
      title: name,
      details: [
        owners.join(', '),
        all.some(n => n.imageNamespace) ? 'holds golden images' : '',
        ...all.map(n => quotaInWords(n, manyClusters)),
        manyClusters ? `in ${all.map(n => n.cluster).join(', ')}` : '',
      ].filter(Boolean),
    };
  });
}

function ownerInWords({ owner }: NamespaceInfo): string {
  return owner ? `owned by ${parseEntityRef(owner).name}` : 'without an owner';
}

/** What is left of its storage; nothing where it has no quota for it. */
function quotaInWords(namespace: NamespaceInfo, named: boolean): string {
  const { quota, cluster } = namespace;
  const where = named ? ` in ${cluster}` : '';
  if (!quota) return '';
  if (!quota.known) return `quota not known${where}`;
  const leftBytes = quota.left
    .filter(({ resource }) => resource === 'requests.storage')
    .map(({ left }) => Math.max(0, left));
  return leftBytes.length === 0
    ? ''
    : `${bytesInWords(Math.min(...leftBytes))} left of its quota${where}`;
}
