import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  ANNOTATIONS,
  goldenImagesManagePermission,
  type CurrentVersion,
  type Image,
  type SetCurrentRequest,
} from '@golden-images/plugin-golden-images-common';
import type { Caller } from '../auth';
import { RESOURCES } from '../kubernetes/ClusterClient';
import {
  aliasLabels,
  aliasManifest,
  aliasSpec,
  imageObjectName,
  isOurAlias,
  isPinned,
  usedVersionsOf,
  type DataSource,
} from '../manifests';
import type { Tracking } from '../tracking';
import type { Clock } from './Clock';
import type { ClusterDirectory } from './ClusterDirectory';
import type { ImageAccess } from './ImageAccess';
import type { RequestOptions } from './ImageService';
import { findReadyVersion } from './findReadyVersion';

/** An image by its name, without a version. */
export interface ImageKey {
  cluster: string;
  namespace: string;
  image: string;
}

interface Alias {
  /** `undefined` for none. */
  claimName: string | undefined;
  pinned: boolean;
  /** KubeVirt's defaults of the version that it points at. */
  kubevirt?: Image['kubevirt'];
}

/** Which version of an image is the current one, as people decide it. */
export class VersionService {
  readonly #access: ImageAccess;
  readonly #tracking: Tracking;
  readonly #clusters: ClusterDirectory;
  readonly #clock: Clock;

  constructor(options: {
    access: ImageAccess;
    tracking: Tracking;
    clusters: ClusterDirectory;
    clock: Clock;
  }) {
    this.#access = options.access;
    this.#tracking = options.tracking;
    this.#clusters = options.clusters;
    this.#clock = options.clock;
  }

  /**
   * Moves the alias to a version that is ready, and pins it there unless asked
   * not to: roll back and forward.
   *
   * @throws NotAllowedError, NotFoundError naming the ready versions,
   *   ConflictError when it is not ready or is being retired
   */
  async setCurrent(
    key: ImageKey,
    request: SetCurrentRequest,
    options: RequestOptions,
  ): Promise<CurrentVersion> {
    return this.#as(key, options, async caller => {
      const { version, pin = true } = request;
      const { kubevirt } = await findReadyVersion(this.#tracking, key, {
        version,
        nowMs: this.#clock.nowMs(),
        config: this.#clusters.named(key.cluster),
      });
      const claimName = imageObjectName(key.image, version);
      const result = await this.#write(key, () => ({
        claimName,
        pinned: pin,
        version,
        kubevirt,
      }));
      return this.#noted(result, caller, {
        action: 'current-set',
        message: `${claimName} was made the current version of ${key.image}${
          pin ? ' and pinned' : ''
        }`,
      });
    });
  }

  /**
   * Lets the alias point at no version: the image cannot be cloned by its name
   * until a version is made current, or a new one becomes ready.
   *
   * @throws NotAllowedError, NotFoundError
   */
  async withdraw(
    key: ImageKey,
    options: RequestOptions,
  ): Promise<CurrentVersion> {
    return this.#as(key, options, async caller => {
      await this.#requireAlias(key);
      const result = await this.#write(key, () => ({
        claimName: undefined,
        pinned: false,
      }));
      return this.#noted(result, caller, {
        action: 'current-withdrawn',
        message: `${key.image} has no current version any more`,
      });
    });
  }

  /**
   * The alias stays where it is, and the next version that becomes ready moves it.
   *
   * @throws NotAllowedError, NotFoundError
   */
  async unpin(key: ImageKey, options: RequestOptions): Promise<CurrentVersion> {
    return this.#as(key, options, async caller => {
      await this.#requireAlias(key);
      const result = await this.#write(key, alias => ({
        claimName: alias?.spec.source?.pvc?.name,
        pinned: false,
      }));
      return this.#noted(result, caller, {
        action: 'unpinned',
        message: `The next ready version of ${key.image} becomes current again`,
      });
    });
  }

  #as<T>(
    key: ImageKey,
    options: RequestOptions,
    work: (caller: Caller) => Promise<T>,
  ): Promise<T> {
    return this.#access.asKeeper(
      key,
      {
        ...options,
        permission: goldenImagesManagePermission,
        toDo: 'choose current versions',
      },
      work,
    );
  }

  async #requireAlias(key: ImageKey): Promise<void> {
    if (await this.#alias(key)) return;
    throw new NotFoundError(
      `image: there is no "${key.image}" with a current version in namespace "${key.namespace}" of cluster "${key.cluster}"`,
    );
  }

  /** One write, with what was read as its precondition. */
  async #write(
    key: ImageKey,
    change: (alias: DataSource | undefined) => Alias & { version?: string },
  ): Promise<CurrentVersion> {
    const { cluster, namespace, image } = key;
    const alias = await this.#alias(key);
    const { claimName, pinned, version, kubevirt } = change(alias);
    const result = { cluster, namespace, image, name: claimName, pinned };
    const before = alias?.spec.source?.pvc?.name;
    if (alias && before === claimName && isPinned(alias) === pinned) {
      return { ...result, changed: false };
    }
    const client = this.#access.client(key.cluster);
    if (!alias) {
      const used = JSON.stringify([version ?? '']);
      const annotations = {
        [ANNOTATIONS.usedVersions]: used,
        ...(pinned && { [ANNOTATIONS.pinned]: 'true' }),
      };
      await client.create(
        RESOURCES.dataSources,
        aliasManifest({ namespace, image, claimName, annotations }),
      );
    } else {
      const { uid = '', resourceVersion } = alias.metadata;
      await client.patch(
        { type: RESOURCES.dataSources, namespace, name: image },
        {
          metadata: {
            annotations: {
              [ANNOTATIONS.usedVersions]: JSON.stringify(usedVersionsOf(alias)),
              [ANNOTATIONS.pinned]: pinned ? 'true' : null,
            },
            ...(before !== claimName && { labels: aliasLabels(kubevirt) }),
          },
          ...(before !== claimName && {
            spec: aliasSpec(namespace, claimName),
          }),
        },
        { uid, resourceVersion },
      );
    }
    return { ...result, changed: true };
  }

  /** @throws ConflictError when it is not ours */
  async #alias(key: ImageKey): Promise<DataSource | undefined> {
    const { namespace, image: name } = key;
    const alias = await this.#access.client(key.cluster).get<DataSource>({
      type: RESOURCES.dataSources,
      namespace,
      name,
    });
    if (!alias || isOurAlias(alias)) return alias;
    throw new ConflictError(
      `image: the DataSource "${namespace}/${name}" was not made here, so it is left alone. Remove it, or give the image another name.`,
    );
  }

  async #noted(
    result: CurrentVersion,
    caller: Caller,
    note: { action: string; message: string },
  ): Promise<CurrentVersion> {
    if (!result.changed) return result;
    const { cluster, namespace, image, name = image } = result;
    await this.#tracking.recordActivity({
      cluster,
      namespace,
      name,
      kind: 'image',
      actor: caller.userRef,
      ...note,
    });
    return result;
  }
}
