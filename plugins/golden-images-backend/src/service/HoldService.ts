import { ConflictError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesManagePermission,
  type HoldRequest,
  type Image,
} from '@golden-images/plugin-golden-images-common';
import type { ObjectKey, Tracking } from '../tracking';
import type { ImageAccess } from './ImageAccess';
import type { RequestOptions } from './ImageService';

const permission = goldenImagesManagePermission;
const toDo = 'put images on hold';

/** Versions that are kept whatever else is decided, each with a reason. */
export class HoldService {
  readonly #access: ImageAccess;
  readonly #tracking: Tracking;

  constructor(options: { access: ImageAccess; tracking: Tracking }) {
    this.#access = options.access;
    this.#tracking = options.tracking;
  }

  /** @throws NotAllowedError, NotFoundError, ConflictError when it is being retired */
  async hold(
    key: ObjectKey,
    { reason }: HoldRequest,
    options: RequestOptions,
  ): Promise<Image> {
    return this.#access.asKeeper(
      key,
      { ...options, permission, toDo },
      async ({ userRef: actor }) => {
        const found = await this.#access.find(key);
        if (found.image.hold === reason) return found.image;
        const { retirement } = found.image;
        // What is only to make room for newer versions is kept instead.
        if (retirement && !(retirement.at && retirement.by === undefined)) {
          throw new ConflictError(
            `"${key.name}" is being retired. Stop that first, then put it on hold.`,
          );
        }
        const image = await this.#access.annotate(key, found, {
          [ANNOTATIONS.hold]: reason,
          ...(retirement && { [ANNOTATIONS.retiring]: null }),
        });
        await this.#tracking.recordActivity({
          ...key,
          kind: 'image',
          uid: found.object.metadata.uid,
          actor,
          action: 'held',
          message: `${key.name} is on hold: ${reason}`,
        });
        return image;
      },
    );
  }

  /** @throws NotAllowedError, NotFoundError */
  async release(key: ObjectKey, options: RequestOptions): Promise<Image> {
    return this.#access.asKeeper(
      key,
      { ...options, permission, toDo },
      async ({ userRef: actor }) => {
        const found = await this.#access.find(key);
        if (found.image.hold === undefined) return found.image;
        const image = await this.#access.annotate(key, found, {
          [ANNOTATIONS.hold]: null,
        });
        await this.#tracking.recordActivity({
          ...key,
          kind: 'image',
          uid: found.object.metadata.uid,
          actor,
          action: 'hold-released',
          message: `${key.name} is not on hold any more`,
        });
        return image;
      },
    );
  }
}
