import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError, forbidden } from '../statusErrors';
import type { ResourcePath } from './paths';

/** Bearer tokens of the two users that there are. */
export interface Tokens {
  /** May do everything. */
  admin: string;
  /** May do nothing; without it there is no such user. */
  dev?: string;
}

export interface User {
  name: string;
  isAdmin: boolean;
  isAnonymous: boolean;
}

const ANONYMOUS: User = {
  name: 'system:anonymous',
  isAdmin: false,
  isAnonymous: true,
};

const PUBLIC_PATHS = ['/version', '/healthz', '/livez', '/readyz'];
const DISCOVERY = /^\/(api|apis|openapi)(\/|$)/;
/** Readable by every authenticated user, by CDI's `cdi.kubevirt.io:config-reader`. */
const READABLE = ['storageprofiles', 'cdiconfigs'];

/**
 * Who sends a request: by bearer token, else anonymous; an admin may act as
 * another user (`Impersonate-User`), who is then nobody.
 *
 * @throws ApiError 401 for a token that is not known
 */
export function authenticate(request: IncomingMessage, tokens: Tokens): User {
  const match = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '');
  if (!match) return ANONYMOUS;
  const user = userOf(match[1], tokens);
  const impersonated = request.headers['impersonate-user'];
  if (!user.isAdmin || typeof impersonated !== 'string') return user;
  const groups = String(request.headers['impersonate-group'] ?? '').split(
    /, */,
  );
  return {
    name: impersonated,
    isAdmin: impersonated === 'admin' || groups.includes('system:masters'),
    isAnonymous: false,
  };
}

function userOf(token: string, tokens: Tokens): User {
  if (sameToken(token, tokens.admin)) {
    return { name: 'admin', isAdmin: true, isAnonymous: false };
  }
  if (tokens.dev !== undefined && sameToken(token, tokens.dev)) {
    return { name: 'dev', isAdmin: false, isAnonymous: false };
  }
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
export function authorizePath(user: User, method: string, path: string) {
  if (user.isAdmin || PUBLIC_PATHS.includes(path)) return;
  if (!user.isAnonymous && method === 'GET' && DISCOVERY.test(path)) return;
  throw new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `forbidden: User "${
      user.name
    }" cannot ${method.toLowerCase()} path "${path}"`,
    details: {},
  });
}

/** @throws ApiError 403 */
export function authorizeResource(
  user: User,
  verb: string,
  target: ResourcePath,
) {
  if (mayDo(user, verb, target)) return;
  const { group, plural, namespace, name, subresource } = target;
  const place =
    namespace && plural !== 'namespaces'
      ? `in the namespace "${namespace}"`
      : 'at the cluster scope';
  const resource = subresource ? `${plural}/${subresource}` : plural;
  throw forbidden(
    { group, plural },
    verb === 'create' ? undefined : name,
    `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${place}`,
  );
}

export function mayDo(
  user: User,
  verb: string,
  { group, plural }: { group: string; plural: string },
): boolean {
  if (user.isAdmin) return true;
  if (user.isAnonymous) return false;
  if (plural === 'selfsubjectaccessreviews') return verb === 'create';
  return (
    group === 'cdi.kubevirt.io' &&
    READABLE.includes(plural) &&
    ['get', 'list', 'watch'].includes(verb)
  );
}
