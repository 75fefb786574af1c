import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import { GoldenImagesClient, goldenImagesApiRef } from './api';

/** The plugin for apps on `@backstage/app-defaults`. @public */
export const goldenImagesPlugin = createPlugin({
  id: 'golden-images',
  apis: [
    createApiFactory({
      api: goldenImagesApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: deps => new GoldenImagesClient(deps),
    }),
  ],
});

/**
 * Card with the volumes of the entity on whose page it is.
 *
 * @public
 */
export const EntityVolumesCard = goldenImagesPlugin.provide(
  createComponentExtension({
    name: 'EntityVolumesCard',
    component: {
      lazy: () =>
        import('./components/EntityVolumesCard').then(m => m.EntityVolumesCard),
    },
  }),
);
