export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';

/** Who sends a request: `user.Info` of Kubernetes. */
export interface User {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

export const ANONYMOUS: User = {
  name: 'system:anonymous',
  groups: [UNAUTHENTICATED],
};

/** The server itself. */
export const SERVER_USER: User = {
  name: 'system:apiserver',
  groups: [MASTERS, AUTHENTICATED],
};

/** A user who proved who he is; service accounts get the groups that follow from their name. */
export function authenticated(user: {
  name: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}): User {
  const account = serviceAccountOf(user.name);
  const implied = account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
    : [];
  return {
    ...user,
    groups: [...new Set([...(user.groups ?? []), ...implied, AUTHENTICATED])],
  };
}

/** The parts of `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountOf(
  userName: string,
): { namespace: string; name: string } | undefined {
  const parts = userName.split(':');
  if (parts.length !== 4) return undefined;
  const [system, kind, namespace, name] = parts;
  if (system !== 'system' || kind !== 'serviceaccount') return undefined;
  return namespace && name ? { namespace, name } : undefined;
}

export function isMaster({ groups }: User): boolean {
  return groups.includes(MASTERS);
}
