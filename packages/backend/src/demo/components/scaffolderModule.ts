import { setTimeout } from 'node:timers/promises';
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { ComponentFolder } from './ComponentFolder';
import { createDemoPublishAction } from './createDemoPublishAction';
import { DemoPublisher } from './DemoPublisher';

/** Scaffolder module: the template action `demo:publish`. */
export default createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'demo-publish',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        userInfo: coreServices.userInfo,
        events: eventsServiceRef,
        catalog: catalogServiceRef,
        actions: scaffolderActionsExtensionPoint,
      },
      async init({ config, userInfo, events, catalog, actions }) {
        const publisher = new DemoPublisher({
          folder: new ComponentFolder(
            config.getString('demo.componentsDirectory'),
          ),
          catalog,
          userInfo,
          events,
          delay: (ms, signal) => setTimeout(ms, undefined, { signal }),
        });
        actions.addActions(createDemoPublishAction(publisher));
      },
    });
  },
});
