import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { z } from 'zod/v4';
import { GoldenImagesClient, goldenImagesApiRef } from './api';
import { KINDS_WITH_VOLUMES } from './isVolumesAvailable';

const goldenImagesApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: goldenImagesApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: deps => new GoldenImagesClient(deps),
    }),
});

const volumesCard = EntityCardBlueprint.makeWithOverrides({
  name: 'volumes',
  configSchema: {
    createLink: z.string().optional(),
  },
  factory: (originalFactory, { config }) =>
    originalFactory({
      type: 'content',
      filter: { kind: { $in: KINDS_WITH_VOLUMES } },
      loader: async () => {
        const { EntityVolumesCard } = await import(
          './components/EntityVolumesCard'
        );
        return <EntityVolumesCard createLink={config.createLink} />;
      },
    }),
});

/**
 * The plugin for apps on the new frontend system. Extensions:
 * `api:golden-images` and `entity-card:golden-images/volumes`.
 *
 * @public
 */
export const goldenImagesPlugin = createFrontendPlugin({
  pluginId: 'golden-images',
  title: 'Golden images',
  info: { packageJson: () => import('../package.json') },
  extensions: [goldenImagesApi, volumesCard],
});
