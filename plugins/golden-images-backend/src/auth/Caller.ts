import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';

/** A user and what they own. */
export interface Person {
  /** Entity ref of the user. */
  userRef: string;
  /** Entity refs of the user and of their groups, in lower case. */
  ownershipRefs: string[];
  /** Named in `goldenImages.admins`, directly or by a group. */
  admin: boolean;
}

/** The user on whose behalf something is done, with their own credentials. */
export interface Caller extends Person {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
}

/** The same, when their token may be over: with those of whoever acts for them. */
export interface Requester extends Person {
  credentials: BackstageCredentials;
}

/** Admins own everything; what nobody owns belongs to admins only. */
export function owns(
  caller: Pick<Caller, 'admin' | 'ownershipRefs'>,
  owner: string | undefined,
): boolean {
  return (
    caller.admin ||
    (owner !== undefined && caller.ownershipRefs.includes(owner))
  );
}
