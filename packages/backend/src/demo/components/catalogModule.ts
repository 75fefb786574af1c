import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { ComponentFolder } from './ComponentFolder';
import { DemoComponentsProvider } from './DemoComponentsProvider';
import { COMPONENT_PUBLISHED } from './topic';

/** Catalog module: components that were published with `demo:publish`. */
export default createBackendModule({
  pluginId: 'catalog',
  moduleId: 'demo-components',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        events: eventsServiceRef,
        catalog: catalogProcessingExtensionPoint,
      },
      async init({ config, logger, events, catalog }) {
        const directory = config.getString('demo.componentsDirectory');
        const provider = new DemoComponentsProvider({
          folder: new ComponentFolder(directory),
          logger,
        });
        catalog.addEntityProvider(provider);
        await events.subscribe({
          id: 'demo-components',
          topics: [COMPONENT_PUBLISHED],
          onEvent: () => provider.refresh(),
        });
      },
    });
  },
});
