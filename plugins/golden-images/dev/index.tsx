import { parseEntityRef, type Entity } from '@backstage/catalog-model';
import { createDevApp } from '@backstage/frontend-dev-utils';
import {
  ApiBlueprint,
  createFrontendModule,
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  catalogApiRef,
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import goldenImagesPlugin, { goldenImagesApiRef } from '../src';
import { EntityVolumesCard } from '../src/components/EntityVolumesCard';
import { entityRefs, fixtureApi } from './fixtureApi';

const entities = entityRefs.map((ref): Entity => {
  const { kind, namespace, name } = parseEntityRef(ref);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { namespace, name },
  };
});

/** One card for each thing that can be the case. */
const cardsPage = PageBlueprint.make({
  params: {
    path: '/',
    title: 'Volumes cards',
    loader: async () => (
      <>
        {entities.map(entity => (
          <section key={entity.metadata.name} id={entity.metadata.name}>
            <h2>{entity.metadata.name}</h2>
            <EntityProvider entity={entity}>
              <EntityVolumesCard />
            </EntityProvider>
          </section>
        ))}
      </>
    ),
  },
});

const entityPage = PageBlueprint.make({
  name: 'entity',
  params: {
    path: '/catalog/:namespace/:kind/:name',
    routeRef: entityRouteRef,
    loader: async () => <p>The page of an entity</p>,
  },
});

createDevApp({
  features: [
    goldenImagesPlugin,
    createFrontendModule({
      pluginId: 'golden-images',
      extensions: [
        ApiBlueprint.make({
          params: define =>
            define({
              api: goldenImagesApiRef,
              deps: {},
              factory: () => fixtureApi,
            }),
        }),
      ],
    }),
    createFrontendPlugin({
      pluginId: 'catalog',
      routes: { catalogEntity: entityRouteRef },
      extensions: [
        entityPage,
        ApiBlueprint.make({
          params: define =>
            define({
              api: catalogApiRef,
              deps: {},
              factory: () => catalogApiMock({ entities }),
            }),
        }),
      ],
    }),
    createFrontendPlugin({ pluginId: 'cards', extensions: [cardsPage] }),
  ],
});
