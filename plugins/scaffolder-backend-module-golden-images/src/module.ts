import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { goldenImagesServiceRef } from '@golden-images/plugin-golden-images-node';
import { createCloneImageAction } from './actions/cloneImage';
import { createDeleteAction } from './actions/delete';
import { createImportImageAction } from './actions/importImage';
import { createManifestAction } from './actions/manifest';
import { createWaitAction } from './actions/wait';
import { DryRuns } from './lib/DryRuns';
import { systemClock } from './lib/pollWait';

/**
 * Adds the template actions of golden images to the scaffolder.
 *
 * @public
 */
export const scaffolderModuleGoldenImages = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'golden-images',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        goldenImages: goldenImagesServiceRef,
      },
      async init({ actions, auth, goldenImages }) {
        const dependencies = {
          auth,
          goldenImages,
          clock: systemClock,
          dryRuns: new DryRuns(),
        };
        actions.addActions(
          createImportImageAction(dependencies),
          createCloneImageAction(dependencies),
          createWaitAction(dependencies),
          createDeleteAction(dependencies),
          createManifestAction(dependencies),
        );
      },
    });
  },
});
