import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  ANNOTATIONS,
  type Image,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import { deleteProtected } from '../control';
import type { Tracked } from '../database/GoldenImagesStore';
import {
  RESOURCES,
  type ClusterClient,
  type ResourceType,
} from '../kubernetes/ClusterClient';
import { KubernetesApiError } from '../kubernetes/KubernetesApiError';
import type { Claim, DataVolume, RequestIdentity } from '../manifests/types';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import {
  describeObject,
  findExisting,
  judgeExisting,
  type ExistingObject,
} from './existingObject';

const MAX_ROUNDS = 5;
const GONE_POLL_MS = 250;
const GONE_TIMEOUT_MS = 60_000;

export interface CreateTarget {
  cluster: string;
  kind: 'image' | 'volume';
  namespace: string;
  name: string;
  identity: RequestIdentity;
  /** The image and version that an import makes. */
  image?: { name: string; version?: string };
  replaceFailed: boolean;
  dryRun: boolean;
  /**
   * What the cluster left out of the object although it was asked for, as a
   * message; the object is then deleted.
   */
  dropped: (object: DataVolume | Claim) => string | undefined;
}

export interface CreateResult {
  /** `false` when the same request had been carried out before. */
  created: boolean;
  object: DataVolume | Claim;
  warnings: string[];
}

/**
 * Creates that may run twice, race or lose their answer, and still make one
 * object: fixed names, POST, and the hash of the request on the object.
 */
export class IdempotentCreate {
  readonly #tracking: Tracking;
  readonly #clock: Clock;

  constructor(options: { tracking: Tracking; clock: Clock }) {
    this.#tracking = options.tracking;
    this.#clock = options.clock;
  }

  /**
   * The object of an earlier run of the same request, or `undefined` when the
   * name is free or may be made free.
   *
   * @throws ConflictError when the name is taken, InputError when the cluster
   *   left out what was asked for
   */
  async earlier(target: CreateTarget): Promise<CreateResult | undefined> {
    const client = this.#tracking.client(target.cluster);
    const existing = await findExisting(client, target);
    if (!existing) return undefined;
    const verdict = await this.#judge(target, existing);
    return verdict === 'same'
      ? this.#same(client, target, existing)
      : undefined;
  }

  /** @throws ConflictError, InputError, KubernetesApiError */
  async create(
    target: CreateTarget,
    manifest: DataVolume | Claim,
  ): Promise<CreateResult> {
    const client = this.#tracking.client(target.cluster);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const existing = await findExisting(client, target);
      if (existing) {
        const verdict = await this.#judge(target, existing);
        if (verdict === 'same') return this.#same(client, target, existing);
        if (target.dryRun) {
          return {
            created: true,
            object: manifest,
            warnings: [
              `${describeObject(
                existing.main,
              )} would be deleted and made again`,
            ],
          };
        }
        await this.#remove(client, existing);
      } else {
        const result = await this.#post(client, target, manifest);
        if (result) {
          await this.#refuseDropped(client, target, result.object);
          return result;
        }
      }
    }
    throw new ConflictError(
      `${target.namespace}/${target.name} is being changed by others at the same time. Try again.`,
    );
  }

  /** Whoever made it may have been killed before it looked at the answer. */
  async #same(
    client: ClusterClient,
    target: CreateTarget,
    { main }: ExistingObject,
  ): Promise<CreateResult> {
    await this.#refuseDropped(client, target, main);
    return { created: false, object: main, warnings: [] };
  }

  async #judge(
    target: CreateTarget,
    existing: ExistingObject,
  ): Promise<'same' | 'replace'> {
    await this.#tracking.refresh(target);
    const { reader } = this.#tracking;
    const key = {
      cluster: target.cluster,
      namespace: target.namespace,
      name: target.name,
    };
    const tracked: Tracked<Image> | Tracked<Volume> | undefined =
      target.kind === 'image'
        ? await reader.getImage(key)
        : await reader.getVolume(key);
    return judgeExisting({
      kind: target.kind,
      existing,
      identity: target.identity,
      tracked,
      image: target.image,
      replaceFailed: target.replaceFailed,
      nowMs: this.#clock.nowMs(),
    });
  }

  /** `undefined` when the name was taken meanwhile. */
  async #post(
    client: ClusterClient,
    target: CreateTarget,
    manifest: DataVolume | Claim,
  ): Promise<CreateResult | undefined> {
    try {
      const { object, warnings } = await client.create<DataVolume | Claim>(
        typeOf(manifest),
        manifest,
        { dryRun: target.dryRun },
      );
      return { created: true, object, warnings };
    } catch (error) {
      if (isNameTaken(error)) return undefined;
      if (error instanceof KubernetesApiError && error.status === 0) {
        return this.#afterLostAnswer(client, target, error);
      }
      throw error;
    }
  }

  /** No answer came: the object may have been made all the same. */
  async #afterLostAnswer(
    client: ClusterClient,
    target: CreateTarget,
    error: KubernetesApiError,
  ): Promise<CreateResult> {
    if (target.dryRun) throw error;
    const existing = await findExisting(client, target);
    const hash = existing?.main.metadata.annotations?.[ANNOTATIONS.requestHash];
    if (!existing || hash !== target.identity.hash) throw error;
    return { created: true, object: existing.main, warnings: [] };
  }

  async #refuseDropped(
    client: ClusterClient,
    target: CreateTarget,
    object: DataVolume | Claim,
  ): Promise<void> {
    const message = target.dropped(object);
    if (message === undefined) return;
    const { readyAt, claimUid } = ANNOTATIONS;
    const { annotations = {} } = object.metadata;
    if (annotations[readyAt] ?? annotations[claimUid]) {
      throw new ConflictError(
        `${describeObject(
          object,
        )} lacks something that was asked for, so its content is not what it should be, and it may be in use already. Delete it, then ask again.`,
      );
    }
    if (!target.dryRun) await this.#delete(client, object);
    throw new InputError(message);
  }

  /** Deletes what failed, and waits until its claim is gone too. */
  async #remove(
    client: ClusterClient,
    existing: ExistingObject,
  ): Promise<void> {
    const { resourceVersion } = existing.main.metadata;
    if (!(await this.#delete(client, existing.main, resourceVersion))) return;
    const { namespace, name } = existing.main.metadata;
    const uids = [existing.dataVolume, existing.claim].map(
      object => object?.metadata.uid,
    );
    const giveUpAtMs = this.#clock.nowMs() + GONE_TIMEOUT_MS;
    for (;;) {
      const left = await findExisting(client, { namespace: namespace!, name });
      const still = [left?.dataVolume, left?.claim].some(
        object => object && uids.includes(object.metadata.uid),
      );
      if (!still) return;
      if (this.#clock.nowMs() > giveUpAtMs) {
        throw new ServiceUnavailableError(
          `${describeObject(existing.main)} was deleted but is not gone after ${
            GONE_TIMEOUT_MS / 1000
          } s: a Pod may still use it. Try again when it is gone.`,
        );
      }
      await this.#clock.sleep(GONE_POLL_MS);
    }
  }

  /**
   * @param seen - the resourceVersion that was judged: an object that moved on
   *   since, such as an import that became ready at last, is judged again
   * @returns `false` when it moved on
   */
  async #delete(
    client: ClusterClient,
    object: DataVolume | Claim,
    seen?: string,
  ): Promise<boolean> {
    const { namespace, name } = object.metadata;
    const ref = { type: typeOf(object), namespace, name };
    const precondition = { uid: object.metadata.uid!, resourceVersion: seen };
    try {
      await deleteProtected(client, ref, precondition);
      return true;
    } catch (error) {
      if (movedOn(error)) return false;
      throw error;
    }
  }
}

function typeOf(object: DataVolume | Claim): ResourceType {
  return object.kind === 'DataVolume'
    ? RESOURCES.dataVolumes
    : RESOURCES.claims;
}

function movedOn(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError && [404, 409].includes(error.status)
  );
}

/** 409, or CDI's webhook over a claim of that name (422, CDI 1.66). */
function isNameTaken(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError &&
    (error.reason === 'AlreadyExists' ||
      error.status === 409 ||
      (error.status === 422 &&
        /Destination PVC .* already exists/.test(error.message)))
  );
}
