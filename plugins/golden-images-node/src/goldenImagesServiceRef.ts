import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { DefaultGoldenImagesService } from './DefaultGoldenImagesService';
import type { GoldenImagesService } from './GoldenImagesService';

/**
 * The golden-images backend, for other backend plugins and modules.
 *
 * @public
 */
export const goldenImagesServiceRef = createServiceRef<GoldenImagesService>({
  id: 'golden-images.service',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { discovery: coreServices.discovery, auth: coreServices.auth },
      factory: deps => DefaultGoldenImagesService.create(deps),
    }),
});
