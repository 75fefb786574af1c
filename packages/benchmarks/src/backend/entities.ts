import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';

const LOCATION = {
  [ANNOTATION_LOCATION]: 'bench:entities',
  [ANNOTATION_ORIGIN_LOCATION]: 'bench:entities',
};

export const componentName = (index: number) => `component-${index}`;

/** The components whose volumes are looked at, all of one user. */
export function benchEntities(count: number): Entity[] {
  const user: Entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: 'bench', annotations: LOCATION },
    spec: { memberOf: [] },
  };
  const components = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: componentName(index),
      annotations: {
        ...LOCATION,
        'backstage.io/kubernetes-id': componentName(index),
      },
    },
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: 'user:default/bench',
    },
  }));
  return [user, ...components];
}
