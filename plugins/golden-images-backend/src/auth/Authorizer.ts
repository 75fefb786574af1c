import type {
  BackstageCredentials,
  BackstageUserPrincipal,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import type { Caller } from './Caller';

/**
 * Asks who the caller is and what the permission framework grants them. Rules
 * of ownership are enforced beside it, whatever it says: with permissions
 * switched off Backstage allows everything to everyone, and clusters obey the
 * account of this backend, not the caller.
 */
export class Authorizer {
  readonly #permissions: PermissionsService;
  readonly #userInfo: UserInfoService;
  readonly #admins: string[];

  constructor(options: {
    permissions: PermissionsService;
    userInfo: UserInfoService;
    admins: string[];
  }) {
    this.#permissions = options.permissions;
    this.#userInfo = options.userInfo;
    this.#admins = options.admins;
  }

  /**
   * The caller with what they own.
   *
   * @throws NotAllowedError when the permission is not granted
   */
  async authorize(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
    permission: BasicPermission,
  ): Promise<Caller> {
    const [decision] = await this.#permissions.authorize([{ permission }], {
      credentials,
    });
    const info = await this.#userInfo.getUserInfo(credentials);
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `${info.userEntityRef} does not have the permission "${permission.name}"; whoever keeps the permission policy of this Backstage can grant it`,
      );
    }
    const userRef = info.userEntityRef.toLocaleLowerCase('en-US');
    const ownershipRefs = [
      userRef,
      ...info.ownershipEntityRefs.map(ref => ref.toLocaleLowerCase('en-US')),
    ];
    return {
      credentials,
      userRef,
      ownershipRefs,
      admin: ownershipRefs.some(ref => this.#admins.includes(ref)),
    };
  }
}
