import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Authorizer } from '../rbac/Authorizer';
import { ANONYMOUS, authenticated, MASTERS, type User } from '../rbac/User';
import { ApiError, forbidden } from '../statusErrors';
import type { ResourcePath } from './paths';

/** Bearer tokens and whose they are. */
export interface Tokens {
  /** Of the user `admin` in `system:masters`, who may do everything. */
  admin: string;
  /** Of the user `dev` in `developers`, who may do what Roles let him; without it there is no such user. */
  dev?: string;
  /** More users, each with the token that proves him; service accounts by their full name. */
  users?: { token: string; name: string; groups?: string[] }[];
}

/**
 * Who sends a request, by bearer token; without one it is `system:anonymous`.
 *
 * @throws ApiError 401 for a token that is not known
 */
export function authenticate(request: IncomingMessage, tokens: Tokens): User {
  const match = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '');
  if (!match) return ANONYMOUS;
  const [, token] = match;
  if (sameToken(token, tokens.admin)) {
    return authenticated({ name: 'admin', groups: [MASTERS] });
  }
  if (tokens.dev !== undefined && sameToken(token, tokens.dev)) {
    return authenticated({ name: 'dev', groups: ['developers'] });
  }
  const found = tokens.users?.find(user => sameToken(token, user.token));
  if (found) return authenticated({ name: found.name, groups: found.groups });
  throw new ApiError({
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
}

function sameToken(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** @throws ApiError 403 */
export function authorizePath(
  authorizer: Authorizer,
  user: User,
  method: string,
  path: string,
) {
  const verb = method.toLowerCase();
  if (authorizer.authorize(user, { verb, path }).allowed) return;
  throw forbiddenPath(user, verb, path);
}

export function forbiddenPath(user: User, verb: string, path: string) {
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `forbidden: User "${user.name}" cannot ${verb} path "${path}"`,
    details: {},
  });
}

/** @throws ApiError 403 */
export function authorizeResource(
  authorizer: Authorizer,
  user: User,
  verb: string,
  target: ResourcePath,
) {
  const { group, plural, namespace, name, subresource } = target;
  const wanted = {
    verb,
    group,
    resource: plural,
    subresource,
    namespace,
    name,
  };
  if (!authorizer.authorize(user, wanted).allowed) {
    throw cannot(user, verb, target);
  }
}

/** The refusal of a verb on a resource, in the words of kube-apiserver 1.36. */
export function cannot(user: User, verb: string, target: ResourcePath) {
  const { group, plural, namespace, name, subresource } = target;
  const place = namespace
    ? `in the namespace "${namespace}"`
    : 'at the cluster scope';
  const resource = subresource ? `${plural}/${subresource}` : plural;
  return forbidden(
    { group, plural },
    name,
    `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${place}`,
  );
}
