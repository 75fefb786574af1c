import { parseEntityRef } from '@backstage/catalog-model';
import type { NamespaceInfo } from '@golden-images/plugin-golden-images-common';
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
        manyClusters ? `in ${all.map(n => n.cluster).join(', ')}` : '',
      ].filter(Boolean),
    };
  });
}

function ownerInWords({ owner }: NamespaceInfo): string {
  return owner ? `owned by ${parseEntityRef(owner).name}` : 'without an owner';
}
