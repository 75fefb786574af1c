import { UserEntity } from '@backstage/catalog-model';
import { AuthenticationError } from '@backstage/errors';
import {
  AuthResolverContext,
  createProxyAuthenticator,
} from '@backstage/plugin-auth-node';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Takes the header `x-demo-user` at its word, if it names one of the people.
 *
 * Pages of other sites are kept out: they cannot send the header without a
 * CORS preflight, which the demo does not answer, and a site whose name was
 * made to point at this machine has another `Host`.
 *
 * @param people - full entity references of users
 */
export function createDemoAuthenticator(people: readonly string[]) {
  return createProxyAuthenticator({
    async defaultProfileTransform(
      result: { entityRef: string },
      context: AuthResolverContext,
    ) {
      const { entity } = await context.findCatalogUser(result);
      return { profile: (entity as UserEntity).spec.profile ?? {} };
    },
    initialize() {},
    async authenticate({ req }) {
      const host = req.get('host') ?? '';
      if (!LOCAL_HOST.test(host)) {
        throw new AuthenticationError(
          'The demo lets people of this machine in only: open it at localhost',
        );
      }
      const entityRef = req.get('x-demo-user');
      if (!entityRef || !people.includes(entityRef)) {
        throw new AuthenticationError(
          `The header x-demo-user must name one of ${people.join(', ')}`,
        );
      }
      return { result: { entityRef } };
    },
  });
}
