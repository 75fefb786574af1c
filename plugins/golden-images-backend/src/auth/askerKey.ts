import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import type { Person } from './Caller';

/**
 * Who asks, as far as an answer may depend on it: whoever has the same key may
 * be asked for in one question, with the credentials of any of them.
 */
export function askerKey(
  credentials: BackstageCredentials,
  { userRef, ownershipRefs }: Pick<Person, 'userRef' | 'ownershipRefs'>,
): string {
  const principal = credentials.principal as
    | BackstageUserPrincipal
    | { type: 'service'; subject: string };
  const asker =
    principal.type === 'user'
      ? [principal.userEntityRef, principal.actor?.subject]
      : [principal.subject];
  return JSON.stringify([principal.type, asker, userRef, ownershipRefs]);
}
