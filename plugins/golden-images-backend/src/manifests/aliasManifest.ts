import { ROLE_GOLDEN_IMAGE } from '@golden-images/plugin-golden-images-common';
import { ourLabels } from './metadata';
import type { DataSource } from './types';

/** The DataSource `<name>`: the alias that points at the current version, or at none yet. */
export function aliasManifest(options: {
  namespace: string;
  image: string;
  claimName?: string;
  annotations?: Record<string, string>;
}): DataSource {
  const { namespace, image, claimName } = options;
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataSource',
    metadata: {
      name: image,
      namespace,
      labels: ourLabels(ROLE_GOLDEN_IMAGE, { name: image }),
      annotations: options.annotations ?? {},
    },
    spec: {
      source: claimName ? { pvc: { namespace, name: claimName } } : {},
    },
  };
}
