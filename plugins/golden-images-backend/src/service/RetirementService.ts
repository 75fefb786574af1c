import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesRetirePermission,
  type Image,
  type ImageDependents,
  type RetireResponse,
  type Retirement,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../auth';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { Claim, DataSource } from '../manifests';
import type { ObjectKey, Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { DependentsReader } from './DependentsReader';
import type { ImageAccess, KeptImage } from './ImageAccess';
import type { RequestOptions } from './ImageService';
import { encodeWaitHandle } from './waitHandle';

const permission = goldenImagesRetirePermission;
const toDo = 'retire images';

export interface RetireOptions extends RequestOptions {
  dryRun: boolean;
  /** Although copies cannot all be seen. */
  force: boolean;
  /** Retire it when what copies from it now has ended, instead of refusing. */
  wait: boolean;
  /** uid of its DataVolume or claim: another of its name is left alone. */
  uid?: string;
}

/** Retires images: asks first, marks then; `control/` deletes. */
export class RetirementService {
  readonly #access: ImageAccess;
  readonly #dependents: DependentsReader;
  readonly #tracking: Tracking;
  readonly #clock: Clock;

  constructor(options: {
    access: ImageAccess;
    dependents: DependentsReader;
    tracking: Tracking;
    clock: Clock;
  }) {
    this.#access = options.access;
    this.#dependents = options.dependents;
    this.#tracking = options.tracking;
    this.#clock = options.clock;
  }

  /** @throws NotAllowedError, NotFoundError */
  async dependents(
    key: ObjectKey,
    options: RequestOptions,
  ): Promise<ImageDependents> {
    return this.#access.asKeeper(
      key,
      { ...options, permission, toDo },
      async () =>
        this.#look(key, await this.#access.find(key), {
          ...options,
          force: false,
          wait: false,
        }),
    );
  }

  /**
   * Marks the image, so that nobody can clone it any more, looks again for what
   * copies from it, and leaves the deletion to `control/`. With copies running
   * the mark is taken off again, unless it shall wait for them. One that is
   * being deleted, or is marked so, is answered like one that is marked now.
   *
   * @throws NotAllowedError, NotFoundError, ConflictError with all that speaks against it
   */
  async retire(
    key: ObjectKey,
    options: RetireOptions,
  ): Promise<RetireResponse> {
    return this.#access.asKeeper(
      key,
      { ...options, permission, toDo },
      caller => this.#retire(key, options, caller),
    );
  }

  /** Takes the mark off while nothing is deleted yet. @throws ConflictError */
  async cancel(key: ObjectKey, options: RequestOptions): Promise<Image> {
    return this.#access.asKeeper(
      key,
      { ...options, permission, toDo },
      async ({ userRef: actor }) => {
        const found = await this.#access.find(key);
        refuseDeleted(found);
        if (!found.image.retirement) return found.image;
        const image = await this.#access.annotate(key, found, {
          [ANNOTATIONS.retiring]: null,
        });
        await this.#note(key, found, {
          actor,
          action: 'retirement-cancelled',
          message: `${key.name} is not retired after all`,
        });
        return image;
      },
    );
  }

  async #retire(
    key: ObjectKey,
    options: RetireOptions,
    caller: Caller,
  ): Promise<RetireResponse> {
    const { dryRun } = options;
    const found = await this.#access.find(key);
    const claim = await this.#claimOf(key);
    refuseOther(found, claim, options.uid);
    const dependents = await this.#look(key, found, options);
    const answer = (image: Image, seen: ImageDependents) => ({
      dryRun,
      image,
      dependents: seen,
      uid: found.object.metadata.uid,
      waitHandle: dryRun ? undefined : endHandle(key, found, claim, caller),
    });
    const already = found.image.retirement;
    const going =
      found.object.metadata.deletionTimestamp !== undefined ||
      (already?.at && (already.force ?? false) === options.force);
    if (dryRun || going) return answer(found.image, dependents);
    refuseIf(dependents.blockers);
    const retirement: Retirement = {
      by: caller.userRef,
      at: new Date(this.#clock.nowMs()).toISOString(),
      ...(options.force && { force: true }),
    };
    await this.#access.annotate(key, found, {
      [ANNOTATIONS.retiring]: JSON.stringify(retirement),
    });
    // A clone may have begun before the mark was there.
    const marked = await this.#access.find(key);
    const again = await this.#look(key, marked, options);
    if (again.blockers.length > 0) {
      const { annotations = {} } = found.object.metadata;
      const before = annotations[ANNOTATIONS.retiring] ?? null;
      await this.#access.annotate(key, marked, {
        [ANNOTATIONS.retiring]: before,
      });
      refuseIf(again.blockers);
    }
    await this.#note(key, marked, {
      actor: caller.userRef,
      action: 'retiring',
      message: [
        `${key.name} is to be retired`,
        options.force && again.unseen.length > 0
          ? `, although copies cannot all be seen: ${again.unseen.join(', ')}`
          : '',
      ].join(''),
    });
    return answer(marked.image, again);
  }

  async #claimOf({ cluster, namespace, name }: ObjectKey) {
    return this.#access.client(cluster).get<Claim>({
      type: RESOURCES.claims,
      namespace,
      name,
    });
  }

  async #look(
    key: ObjectKey,
    { image }: KeptImage,
    options: RequestOptions & Pick<RetireOptions, 'force' | 'wait'>,
  ): Promise<ImageDependents> {
    const { chain: _, ...found } = await this.#dependents.read(key, options);
    const blockers = [
      await this.#currentness(key, image),
      image.hold !== undefined &&
        `It is on hold: ${image.hold}. Release the hold first.`,
      !options.wait && running(found),
      !options.force &&
        found.unseen.length > 0 &&
        `Copies cannot all be seen: ${found.unseen.join(
          ', ',
        )}. Whoever is sure that nothing copies from it can force it.`,
    ].filter(sentence => typeof sentence === 'string');
    return { blockers, ...found };
  }

  async #currentness(
    key: ObjectKey,
    image: Image,
  ): Promise<string | undefined> {
    const alias = await this.#access.client(key.cluster).get<DataSource>({
      type: RESOURCES.dataSources,
      namespace: key.namespace,
      name: image.image,
    });
    if (alias?.spec.source?.pvc?.name !== key.name) return undefined;
    return `It is the current version of ${image.image}. Make another version current first, or withdraw the current version.`;
  }

  async #note(
    key: ObjectKey,
    { object }: KeptImage,
    entry: { actor: string; action: string; message: string },
  ): Promise<void> {
    const { cluster, namespace, name } = key;
    const { uid } = object.metadata;
    await this.#tracking.recordActivity({
      cluster,
      namespace,
      name,
      kind: 'image',
      uid,
      ...entry,
    });
  }
}

function running(found: Omit<ImageDependents, 'blockers'>) {
  if (found.running.length === 0) return undefined;
  const named = found.running
    .slice(0, 5)
    .map(({ kind, namespace, name, why }) =>
      name ? `${kind} ${namespace}/${name} ${why}` : `a ${kind} ${why}`,
    );
  const more = found.running.length - named.length;
  return `${named.join(', ')}${
    more > 0 ? `, and ${more} more` : ''
  }. Wait until that has ended, or ask to retire it then.`;
}

function refuseOther(
  { object, image }: KeptImage,
  claim: Claim | undefined,
  uid: string | undefined,
) {
  const uids = [object.metadata.uid, claim?.metadata.uid];
  if (uid === undefined || uids.includes(uid)) return;
  throw new NotFoundError(
    `The image "${image.namespace}/${image.name}" that was meant does not exist any more in cluster "${image.cluster}"; what bears its name now is left alone`,
  );
}

/** Ends when the image and its claim are gone. */
function endHandle(
  { cluster, namespace, name }: ObjectKey,
  { object }: KeptImage,
  claim: Claim | undefined,
  caller: Caller,
): string {
  return encodeWaitHandle({
    cluster,
    kind: 'image',
    namespace,
    name,
    requestHash: object.metadata.annotations?.[ANNOTATIONS.requestHash],
    initiator: caller.userRef,
    uid: object.metadata.uid,
    endOfClaim: claim?.metadata.uid,
    onTimeout: 'keep',
  });
}

function refuseDeleted({ object }: KeptImage) {
  if (object.metadata.deletionTimestamp) {
    throw new ConflictError(
      `"${object.metadata.name}" is being deleted already`,
    );
  }
}

function refuseIf(blockers: string[]) {
  if (blockers.length > 0) throw new ConflictError(blockers.join('\n'));
}
