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
  type Permission,
} from '@backstage/plugin-permission-common';
import {
  createConditionAuthorizer,
  type PermissionRuleset,
} from '@backstage/plugin-permission-node';
import { goldenImagesVolumeReadPermission } from '@golden-images/plugin-golden-images-common';
import { Batches } from '../batching';
import { askerKey } from './askerKey';
import type { Caller } from './Caller';
import { RecentAnswers } from './RecentAnswers';
import type { GoldenVolume } from './volumeRules';

type Credentials = BackstageCredentials<BackstageUserPrincipal>;

interface Question {
  permission: BasicPermission;
  credentials: Credentials;
}

/** A caller who may see volumes, and which. */
export interface VolumeAudience {
  caller: Caller;
  mayRead(volume: GoldenVolume): boolean;
}

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
  readonly #audiences: RecentAnswers<VolumeAudience>;
  readonly #questions: Batches<Question, AuthorizeResult>;
  readonly #decide: ReturnType<typeof createConditionAuthorizer<GoldenVolume>>;

  constructor(options: {
    permissions: PermissionsService;
    userInfo: UserInfoService;
    admins: string[];
    /** Rules that a policy may decide by. */
    volumeRuleset: PermissionRuleset<GoldenVolume>;
    clock: { nowMs(): number };
  }) {
    this.#permissions = options.permissions;
    this.#userInfo = options.userInfo;
    this.#admins = options.admins;
    this.#decide = createConditionAuthorizer(options.volumeRuleset);
    this.#audiences = new RecentAnswers(() => options.clock.nowMs());
    this.#questions = new Batches(questions => this.#askAll(questions));
  }

  /**
   * The caller with what they own. Each call is decided anew; those that one
   * user makes at the same time are decided one by one in one question.
   *
   * @throws NotAllowedError when the permission is not granted
   */
  async authorize(
    credentials: Credentials,
    permission: BasicPermission,
  ): Promise<Caller> {
    const caller = await this.#identify(credentials);
    const result = await this.#questions.get(askerKey(credentials, caller), {
      permission,
      credentials,
    });
    if (result !== AuthorizeResult.ALLOW) throw notGranted(caller, permission);
    return caller;
  }

  async #askAll(questions: Question[]): Promise<AuthorizeResult[]> {
    const [{ credentials }] = questions;
    const decisions = await this.#permissions.authorize(
      questions.map(({ permission }) => ({ permission })),
      { credentials },
    );
    return decisions.map(({ result }) => result);
  }

  /**
   * The caller, and which volumes the permission policy shows them; at most 5 s
   * old, for reads only.
   *
   * @throws NotAllowedError when it shows them none
   */
  async authorizeVolumes(credentials: Credentials): Promise<VolumeAudience> {
    const { userEntityRef } = credentials.principal;
    const { caller, mayRead } = await this.#audiences.get(userEntityRef, () =>
      this.#askForVolumes(credentials),
    );
    return { caller: { ...caller, credentials }, mayRead };
  }

  async #askForVolumes(credentials: Credentials): Promise<VolumeAudience> {
    const permission = goldenImagesVolumeReadPermission;
    const [[decision], caller] = await Promise.all([
      this.#permissions.authorizeConditional([{ permission }], { credentials }),
      this.#identify(credentials),
    ]);
    if (decision.result === AuthorizeResult.DENY) {
      throw notGranted(caller, permission);
    }
    return { caller, mayRead: volume => this.#decide(decision, volume) };
  }

  async #identify(credentials: Credentials): Promise<Caller> {
    const info = await this.#userInfo.getUserInfo(credentials);
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

function notGranted({ userRef }: Caller, { name }: Permission) {
  return new NotAllowedError(
    `${userRef} does not have the permission "${name}"; whoever keeps the permission policy of this Backstage can grant it`,
  );
}
