import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';

/** The user on whose behalf something is done, with what they own. */
export interface Caller {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
  /** Entity ref of the user. */
  userRef: string;
  /** Entity refs of the user and of their groups, in lower case. */
  ownershipRefs: string[];
  /** Named in `goldenImages.admins`, directly or by a group. */
  admin: boolean;
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
