import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  authProvidersExtensionPoint,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';
import { assertDemo } from '../assertDemo';
import { createDemoAuthenticator } from './demoAuthenticator';

/**
 * Auth provider `demo`: signs in as one of `demo.people`, each a user of the
 * catalog, with the same tokens as any other provider gives.
 */
export const authModuleDemo = createBackendModule({
  pluginId: 'auth',
  moduleId: 'demo',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        providers: authProvidersExtensionPoint,
      },
      async init({ config, providers }) {
        assertDemo(config, process.env.NODE_ENV);
        const people = (config.getOptionalConfigArray('demo.people') ?? []).map(
          person => person.getString('entityRef'),
        );
        providers.registerProvider({
          providerId: 'demo',
          factory: createProxyAuthProviderFactory({
            authenticator: createDemoAuthenticator(people),
            signInResolver: ({ result }, ctx) =>
              ctx.signInWithCatalogUser({ entityRef: result.entityRef }),
          }),
        });
      },
    });
  },
});
