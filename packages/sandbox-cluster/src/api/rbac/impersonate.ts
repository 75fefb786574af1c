import type { IncomingMessage } from 'node:http';
import { ApiError } from '../statusErrors';
import type { Authorizer } from './Authorizer';
import type { Attributes } from './rules';
import { ANONYMOUS, authenticated, serviceAccountOf, type User } from './User';

const EXTRA = 'impersonate-extra-';
const CORE = '';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * As whom a request acts: `Impersonate-User`, `-Group`, `-Uid` and `-Extra-*`
 * need the verb `impersonate` on each of them. Without the headers it is the user.
 *
 * @throws what `refuse` makes when the user may not; ApiError 400 for a group without a user
 */
export function impersonate(options: {
  request: IncomingMessage;
  user: User;
  authorizer: Authorizer;
  refuse: (mode: string) => ApiError;
}): User {
  const { request, user, authorizer, refuse } = options;
  const headers = request.headersDistinct;
  const [name] = headers['impersonate-user'] ?? [];
  const groups = headers['impersonate-group'] ?? [];
  const [uid] = headers['impersonate-uid'] ?? [];
  const extra = extraOf(headers);
  if (!name) {
    if (groups.length + Object.keys(extra).length === 0 && !uid) return user;
    throw new ApiError({
      code: 500,
      reason: 'InternalError',
      message:
        'Internal error occurred: requested impersonation without impersonating a user',
    });
  }
  const account = serviceAccountOf(name);
  const wanted: Attributes[] = [
    account
      ? on(CORE, 'serviceaccounts', account.name, account.namespace)
      : on(CORE, 'users', name),
    ...groups.map(group => on(CORE, 'groups', group)),
    ...(uid ? [on(AUTHENTICATION, 'uids', uid)] : []),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map(value => ({
        ...on(AUTHENTICATION, 'userextras', value),
        subresource: key,
      })),
    ),
  ];
  for (const attributes of wanted) {
    if (!authorizer.authorize(user, attributes).allowed) {
      throw refuse(account ? 'serviceaccount' : 'user-info');
    }
  }
  if (name === ANONYMOUS.name) return ANONYMOUS;
  return authenticated({ name, groups, uid, extra });
}

function on(group: string, resource: string, name: string, namespace?: string) {
  return { verb: 'impersonate', group, resource, name, namespace };
}

function extraOf(headers: IncomingMessage['headersDistinct']) {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([header, values]) =>
      header.startsWith(EXTRA) && values
        ? [[decodeURIComponent(header.slice(EXTRA.length)), values]]
        : [],
    ),
  );
}
