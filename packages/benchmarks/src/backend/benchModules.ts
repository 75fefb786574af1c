import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  isPermission,
} from '@backstage/plugin-permission-common';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  createGoldenVolumeConditionalDecision,
  goldenVolumeConditions,
} from '@golden-images/plugin-golden-images-backend';
import { goldenImagesVolumeReadPermission } from '@golden-images/plugin-golden-images-common';
import { benchEntities } from './entities';

/** Signs everybody in as the one user, with a token like any other provider's. */
export const authModule = createBackendModule({
  pluginId: 'auth',
  moduleId: 'bench',
  register: env =>
    env.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        const user = 'user:default/bench';
        providers.registerProvider({
          providerId: 'bench',
          factory: createProxyAuthProviderFactory({
            authenticator: createProxyAuthenticator({
              defaultProfileTransform: async () => ({ profile: {} }),
              initialize: () => undefined,
              authenticate: async () => ({ result: {} }),
            }),
            signInResolver: (_, context) =>
              context.issueToken({ claims: { sub: user, ent: [user] } }),
          }),
        });
      },
    }),
});

export const catalogModule = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'bench',
  register: env =>
    env.registerInit({
      deps: {
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ catalog, config }) {
        const count = config.getNumber('bench.entities');
        catalog.addEntityProvider({
          getProviderName: () => 'bench',
          connect: connection =>
            connection.applyMutation({
              type: 'full',
              entities: benchEntities(count).map(entity => ({
                entity,
                locationKey: 'bench',
              })),
            }),
        });
      },
    }),
});

/** Volumes are decided about one by one; everything else is allowed. */
export const policyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'bench',
  register: env =>
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy({
          handle: async ({ permission }, user) =>
            isPermission(permission, goldenImagesVolumeReadPermission)
              ? createGoldenVolumeConditionalDecision(
                  permission,
                  goldenVolumeConditions.isNamespaceOwner({
                    claims: user?.info.ownershipEntityRefs ?? [],
                  }),
                )
              : { result: AuthorizeResult.ALLOW },
        });
      },
    }),
});
